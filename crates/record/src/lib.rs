//! Many replies become one record: normalise, release, reconcile. Pure: no I/O, no clock, and it never fails;
//! odd data becomes a caveat, unreadable data is counted and kept (HAZ-040).

/// One entry of the record, whatever it came from.
pub mod item;
/// What is shown to nobody by default, as the agreement lists it.
pub mod restrictions;
/// Parts of a source of which its partner shares less.
pub mod units;
/// From a reply's payloads to items, one module per format.
pub mod normalise;
/// One resource as UK Core R4: what every reader of the newer standard can take.
pub mod uk_core;
/// What one kind of resource means, one module per category.
pub mod category;
/// What of it this professional may see, and the manifest of what was shown and held.
pub mod release;
/// Many sources' items stood together: grouped, sorted, differences said, nothing deleted.
pub mod reconcile;
/// When an entry came to its source.
pub mod arrival;

pub use item::{Item, Section};
pub use normalise::Normalised;
pub use normalise::{Places, Restricted, Under, normalise, normalise_under};
pub use reconcile::{Group, Record, SourceNote};
pub use release::{Released, release};
pub use restrictions::Restrictions;
pub use units::Units;
