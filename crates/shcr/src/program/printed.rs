//! A record about to be printed: takes the opening that stands on the page and records it before the sheet is made (HAZ-053); refuses
//! what is no opening of this professional and this person. Whether anything came out of a printer nobody can know.

use super::{Program, doors::refused};
use crate::{clock, entries, opening::session};
use access::{Launch, Refusal};
use audit::{Entry, Kind, OpeningId, Query};
use web::gateway::{Refused, Within};

impl Program {
    pub(super) async fn record_print(
        &self,
        within: &Within,
        token: &str,
        opening: &str,
    ) -> Result<(), Refused> {
        let entered = session::look(self, within).await?;
        self.must_be_ours(&entered.sid, token)?;
        let entered = session::enter(self, within).await?;
        let open = self.own_opening(opening, &entered.content.launch).await?;
        let now = clock::millis();
        let recorded = self.store.append(vec![entries::printed(&open, now)], now).await;
        recorded.map(drop).map_err(|fault| {
            tracing::error!(?fault, "a print could not be recorded, and is not offered");
            refused(Refusal::CannotRecord)
        })
    }

    pub(super) async fn own_opening(&self, opening: &str, launch: &Launch) -> Result<Entry, Refused> {
        let id = OpeningId::parse(opening).map_err(|_| refused(Refusal::ViewEnded))?;
        let query = Query { opening: Some(id), kinds: vec![Kind::Open], ..Query::default() };
        let page = self.store.watched(query).await.map_err(|_| refused(Refusal::CannotRecord))?;
        let mut entries = page.entries.into_iter().map(|found| found.entry);
        entries.find(|open| is_of(open, launch)).ok_or_else(|| refused(Refusal::ViewEnded))
    }
}

fn is_of(open: &Entry, launch: &Launch) -> bool {
    let by = open
        .who
        .as_ref()
        .is_some_and(|who| who.host == launch.host && who.subject == launch.practitioner.host_sub);
    by && open.whom.as_ref().is_some_and(|whom| whom.sent == launch.person.nhs_number.digits())
}
