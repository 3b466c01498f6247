//! Takes nothing, gives every fault of every kind of source, and what the contracts want it to be.
//! Source: sources, sections 1.7, 3 to 8; reliability, faults F01 to F22.

use super::row::*;

/// Nothing comes. Not of the view of a record: it is asked section by section to the last moment, and whether its state or
/// the chapter is written first is chance.
pub(super) const HANGS: &[Line] = &[("hang", TIMED_OUT)];

/// Systems, proxies and networks out of order: whatever the kind of source.
pub(super) const OUT_OF_ORDER: &[Line] = &[
    ("drop", FAILED.saying("Did not answer: broke off while answering")),
    ("truncated", FAILED.saying("Did not answer: broke off while answering")),
    ("malformed", UNREADABLE.saying("Answer unreadable: sent a document that is not well formed")),
    ("empty", UNREADABLE.saying("Answer unreadable: sent something that is not a record")),
    ("duplicate-key", UNREADABLE.saying("Answer unreadable: sent a document that is not well formed")),
    ("bad-utf8", UNREADABLE.saying("Answer unreadable: sent a document that is not well formed")),
    ("deep", UNREADABLE.saying("Answer unreadable: sent a document that is not well formed")),
    ("huge", UNREADABLE.saying("Answer unreadable: sent more than can be read here")),
    ("endless", UNREADABLE.saying("Answer unreadable: sent more than can be read here")),
    ("wrong-type", UNREADABLE.saying("Answer unreadable: sent something that is not a record")),
    ("gzip", UNREADABLE.saying("Answer unreadable: sent an answer in an encoding that was not asked for")),
    ("redirect", FAILED.saying("Did not answer: pointed us elsewhere")),
    ("500", FAILED.saying("Did not answer: answered with an error")),
    ("502", FAILED.saying("Did not answer: answered with an error")),
    ("504", FAILED.saying("Did not answer: answered with an error")),
];

/// Too busy, as they say themselves.
pub(super) const BUSY: &[Line] = &[
    ("503", FAILED.saying("Did not answer: asked us to wait")),
    ("429", FAILED.saying("Did not answer: asked us to wait")),
    ("retry-after:30", FAILED.saying("Did not answer: asked us to wait")),
];

/// The same of a practice, which is asked whether the person objects too, and is not asked again once it has said so (HAZ-036).
pub(super) const BUSY_BEFORE: &[Line] =
    &[("503", ASKED_TO_WAIT), ("429", ASKED_TO_WAIT), ("retry-after:30", ASKED_TO_WAIT)];

/// Answers about somebody else. Entries that name nobody came in answer to a question about this person, beside a Patient
/// that is this person: they are taken for theirs.
pub(super) const WHOSE: &[Line] = &[("wrong-person", SOMEBODY_ELSE), ("no-subject", AS_BEFORE)];

/// A pointer has no Patient beside it, and must name its person.
pub(super) const WHOSE_POINTERS: &[Line] = &[("wrong-person", SOMEBODY_ELSE), ("no-subject", SOMEBODY_ELSE)];

/// Statuses of practices, with words that are not FHIR: nobody has refused anything (HAZ-038).
pub(super) const BARE_OF_PRACTICES: &[Line] =
    &[("400", OUR_SIDE), ("401", OUR_SIDE), ("403", FAILED), ("404", FAILED), ("410", OUR_SIDE)];

/// The Spine's codes, as practices and the proxy before them send them.
pub(super) const SPINE: &[Line] = &[
    ("outcome:INVALID_NHS_NUMBER", OUR_SIDE),
    ("outcome:INVALID_IDENTIFIER_SYSTEM", OUR_SIDE),
    ("outcome:INVALID_IDENTIFIER_VALUE", OUR_SIDE),
    ("outcome:INVALID_PATIENT_DEMOGRAPHICS", FAILED),
    ("outcome:BAD_REQUEST", OUR_SIDE),
    ("outcome:CONFLICTING_VALUES", OUR_SIDE),
    ("outcome:NO_PATIENT_CONSENT", DISSENTED),
    ("outcome:NO_ORGANISATION_CONSENT", HELD_BACK),
    ("outcome:NO_ORGANISATIONAL_CONSENT", HELD_BACK),
    ("outcome:NO_RELATIONSHIP", HELD_BACK),
    ("outcome:PATIENT_NOT_FOUND", NO_RECORD),
    ("outcome:PATIENT_SENSITIVE", NO_RECORD),
    ("outcome:NO_RECORD_FOUND", FAILED),
    ("outcome:ORGANISATION_NOT_FOUND", FAILED),
    ("outcome:PRACTITIONER_NOT_FOUND", FAILED),
    ("outcome:DUPLICATE_REJECTED", OUR_SIDE),
    ("outcome:INVALID_RESOURCE", OUR_SIDE),
    ("outcome:INVALID_PARAMETER", OUR_SIDE),
    ("outcome:REFERENCE_NOT_FOUND", OUR_SIDE),
    ("outcome:INTERNAL_SERVER_ERROR", FAILED),
    ("outcome:ASID_CHECK_FAILED", OUR_SIDE),
    ("outcome:MISSING_OR_INVALID_HEADER", OUR_SIDE),
    ("outcome:ACCESS_DENIED_SSL", OUR_SIDE),
    ("outcome:UNSUPPORTED_MEDIA_TYPE", OUR_SIDE),
    ("outcome:MESSAGE_NOT_WELL_FORMED", OUR_SIDE),
];

/// The structured record is not there at this practice: the view of it is tried.
pub(super) const FALLS_BACK: &[Line] = &[
    ("outcome:ACCESS DENIED", WARNED.saying("This practice does not send coded records")),
    ("outcome:NOT_IMPLEMENTED", WARNED.saying("This practice does not send coded records")),
];

/// Neither the record nor the view of it is there.
pub(super) const ALL_OFF: &[Line] =
    &[("outcome:ACCESS DENIED", NOT_SHARED), ("outcome:NOT_IMPLEMENTED", NOT_SHARED)];

/// What the view of the record has on top, and what its sections say where it is off too.
pub(super) const OF_THE_VIEW: &[Line] = &[
    ("outcome:NON_AUTHORITATIVE", HELD_BACK),
    ("outcome:INVALID_ODS_CODE", OUR_SIDE),
    ("outcome:ACCESS DENIED", NOT_SHARED),
    ("outcome:NOT_IMPLEMENTED", NOT_SHARED),
];

/// Documents switched off: those that stand in consultations are still listed.
pub(super) const DOCUMENTS_OFF: &[Line] = &[
    ("outcome:ACCESS DENIED", WARNED.saying("only documents that stand in a consultation are listed")),
    ("outcome:NOT_IMPLEMENTED", WARNED.saying("only documents that stand in a consultation are listed")),
];

/// The directory has no entry for the documents of this practice: the same.
pub(super) const NOT_REGISTERED: &[Line] =
    &[("none", WARNED.saying("only documents that stand in a consultation are listed"))];

/// The structured record fails and the documents of the same practice come.
pub(super) const BESIDE_DOCUMENTS: &[Line] = &[
    ("drop", FAILED.saying("Did not answer: broke off while answering")),
    ("malformed", UNREADABLE),
    ("500", FAILED),
    ("outcome:INVALID_PARAMETER", OUR_SIDE),
    ("outcome:NO_PATIENT_CONSENT", DISSENTED),
    ("outcome:PATIENT_NOT_FOUND", NO_RECORD),
    ("wrong-person", SOMEBODY_ELSE),
];

/// The proxy's own refusals: never the person's, and never the practice's.
pub(super) const OF_THE_PROXY: &[Line] = &[
    ("outcome:ENDPOINT_VARIES_FROM_TARGETURL", OUR_SIDE),
    ("outcome:ASID_CHECK_FAILED_MESSAGESENDER", NOT_SHARED),
    ("outcome:PARTYKEY_INTERACTION_CHECK_FAILED_MESSAGERECEIVER", NOT_SHARED),
    ("outcome:FOT_CHECK_FAILED", NOT_SHARED),
    ("outcome:METHOD_NOT_ALLOWED", OUR_SIDE),
    ("outcome:UNSUPPORTED_MEDIA_TYPE", OUR_SIDE),
    ("outcome:ERROR_COMMUNICATING_TO_ENDPOINT_URL", FAILED.saying("Did not answer: could not be reached")),
    ("outcome:INTERNAL_SERVER_ERROR", FAILED),
    ("outcome:NO_PATIENT_CONSENT", NOT_SHARED),
];

/// The national gateway's own: its doorkeeper and its hops.
pub(super) const OF_THE_GATEWAY: &[Line] = &[
    ("outcome:GATEWAY_BAD_REQUEST", OUR_SIDE),
    ("outcome:UNAUTHORISED", OUR_SIDE),
    ("outcome:ACCESS_DENIED", OUR_SIDE),
    ("outcome:GATEWAY_NOT_FOUND", FAILED),
    ("outcome:PDS_REQUEST_FAILED", FAILED),
    ("outcome:SDS_REQUEST_FAILED", FAILED),
    ("outcome:PROVIDER_REQUEST_FAILED", FAILED),
    ("outcome:GATEWAY_ERROR", FAILED),
    ("400", OUR_SIDE),
    ("401", OUR_SIDE),
    ("403", OUR_SIDE),
    ("404", FAILED),
    ("410", OUR_SIDE),
];

/// Statuses of partners' own servers: the status decides, with or without FHIR.
pub(super) const STATUSES_OF_PARTNERS: &[Line] = &[
    ("400", OUR_SIDE),
    ("403", HELD_BACK),
    ("404", FAILED.saying("Did not answer: answered with an error")),
    ("410", FAILED.saying("Did not answer: answered with an error")),
    ("outcome:ACCESS DENIED", HELD_BACK),
    ("outcome:NOT_SUPPORTED", FAILED),
    ("outcome:INVALID_PARAMETER", OUR_SIDE),
];

/// What a search can be told, and whom it can find.
pub(super) const OF_SEARCHES: &[Line] = &[
    ("error-inside", FAILED.saying("Did not answer: answered with an error")),
    ("ambiguous", SEVERAL),
    ("merged", WARNED.saying("it has joined two records of this person")),
    ("inactive", WARNED),
    ("paging-loop", WARNED.saying("its pages repeat")),
    ("paging-elsewhere", WARNED.saying("the link to the rest could not be followed")),
    ("paging-short", WARNED.saying("showing ")),
];

/// Last: a token that was refused is not asked for again at once.
pub(super) const UNAUTHORISED: &[Line] = &[("401", OUR_SIDE), ("outcome:UNAUTHORISED", OUR_SIDE)];

/// The locator's own.
pub(super) const OF_THE_LOCATOR: &[Line] = &[
    ("400", OUR_SIDE),
    ("403", HELD_BACK),
    ("404", FAILED),
    ("410", OUR_SIDE),
    ("outcome:INVALID_PARAMETER", OUR_SIDE),
    ("outcome:INVALID_NHS_NUMBER", OUR_SIDE),
    ("outcome:INVALID_IDENTIFIER_VALUE", OUR_SIDE),
    ("outcome:MISSING_OR_INVALID_HEADER", OUR_SIDE),
    ("outcome:ACCESS DENIED", NOT_SHARED),
    ("outcome:NO_RECORD_FOUND", NO_POINTER),
];

/// Demographics: whatever they say instead of a person, the launch's identity stands, and the practice is the one they named
/// within the day; only their own word for "nobody" ends the opening.
pub(super) const DEMOGRAPHICS: &[Line] = &[
    ("hang", AS_BEFORE),
    ("malformed", AS_BEFORE),
    ("drop", AS_BEFORE),
    ("empty", AS_BEFORE),
    ("truncated", AS_BEFORE),
    ("duplicate-key", AS_BEFORE),
    ("bad-utf8", AS_BEFORE),
    ("deep", AS_BEFORE),
    ("huge", AS_BEFORE),
    ("500", AS_BEFORE),
    ("endless", AS_BEFORE),
    ("502", AS_BEFORE),
    ("wrong-type", AS_BEFORE),
    ("504", AS_BEFORE),
    ("gzip", AS_BEFORE),
    ("redirect", AS_BEFORE),
    ("400", AS_BEFORE),
    ("401", AS_BEFORE),
    ("403", AS_BEFORE),
    ("404", AS_BEFORE),
    ("410", AS_BEFORE),
    ("outcome:INVALID_RESOURCE_ID", AS_BEFORE),
    ("outcome:UNSUPPORTED_SERVICE", AS_BEFORE),
    ("outcome:MISSING_VALUE", AS_BEFORE),
    ("outcome:INVALID_VALUE", AS_BEFORE),
    ("outcome:INVALID_SEARCH_DATA", AS_BEFORE),
    ("outcome:ADDITIONAL_PROPERTIES", AS_BEFORE),
    ("outcome:ACCESS_DENIED", AS_BEFORE),
    ("outcome:UNABLE_TO_CALL_SERVICE", AS_BEFORE),
    ("outcome:RESOURCE_NOT_FOUND", NOT_SHOWN),
    ("outcome:INVALIDATED_RESOURCE", NOT_SHOWN),
    ("wrong-person", NOT_OPENED),
];

/// Demographics that want to be left alone, after they named another number: the practice is not asked under one of the past.
pub(super) const DEMOGRAPHICS_BUSY: &[Line] = &[
    ("429", NOT_ASKED),
    ("503", NOT_ASKED),
    ("retry-after:1", NOT_ASKED),
    ("outcome:TOO_MANY_REQUESTS", NOT_ASKED),
];

const NO_ADDRESS: Expected =
    FAILED.saying("Did not answer: the national directory did not say where it answers");
const UNUSABLE: Expected =
    FAILED.saying("Did not answer: its entry in the national directory cannot be used");

/// The directory: no address, and none is guessed. Failures stand apart, so that no five come together.
pub(super) const DIRECTORY: &[Line] = &[
    ("hang", NO_ADDRESS),
    ("malformed", NO_ADDRESS),
    ("drop", NO_ADDRESS),
    ("empty", NO_ADDRESS),
    ("truncated", NO_ADDRESS),
    ("duplicate-key", NO_ADDRESS),
    ("bad-utf8", NO_ADDRESS),
    ("deep", NO_ADDRESS),
    ("500", NO_ADDRESS),
    ("huge", NO_ADDRESS),
    ("502", NO_ADDRESS),
    ("endless", NO_ADDRESS),
    ("504", NO_ADDRESS),
    ("wrong-type", NO_ADDRESS),
    ("503", NO_ADDRESS),
    ("gzip", NO_ADDRESS),
    ("redirect", NO_ADDRESS),
    ("429", NO_ADDRESS),
    ("400", NO_ADDRESS),
    ("401", NO_ADDRESS),
    ("403", NO_ADDRESS),
    ("404", NO_ADDRESS),
    ("outcome:BAD_REQUEST", NO_ADDRESS),
    ("outcome:NOT_SUPPORTED", NO_ADDRESS),
    ("outcome:METHOD_NOT_ALLOWED", NO_ADDRESS),
    ("outcome:NOT_ACCEPTABLE", NO_ADDRESS),
    ("outcome:INTERNAL_SERVER_ERROR", NO_ADDRESS),
    ("several", UNUSABLE),
    ("outcome:BAD_GATEWAY", NO_ADDRESS),
    ("blank", UNUSABLE),
    ("outcome:GATEWAY_TIMEOUT", NO_ADDRESS),
];
