//! Takes an error code, gives the HTTP status, issue type and display that go with it; a code that is none of these
//! counts as a bad request.
//! Source: Spine-ErrorOrWarningCode-1; GP Connect 0.7.4 error codes; PDS FHIR and SDS FHIR error tables; NRL consumer API.

use axum::http::StatusCode;

/// One error code of the national services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code(&'static Line);

#[derive(Debug, PartialEq, Eq)]
struct Line(&'static str, u16, &'static str, &'static str);

impl Code {
    /// `None` for a code nobody uses. Blanks count: `ACCESS DENIED` is one code, `ACCESS_DENIED` another.
    pub fn known(code: &str) -> Option<Self> {
        CODES.iter().find(|line| line.0 == code).map(Self)
    }

    pub fn all() -> impl Iterator<Item = Self> {
        CODES.iter().map(Self)
    }

    pub fn as_str(self) -> &'static str {
        self.0.0
    }

    pub(crate) fn status(self) -> StatusCode {
        StatusCode::from_u16(self.0.1).unwrap_or(StatusCode::BAD_REQUEST)
    }

    pub(crate) fn issue(self) -> &'static str {
        self.0.2
    }

    pub(crate) fn display(self) -> &'static str {
        self.0.3
    }
}

pub(super) fn of(code: &str) -> Code {
    Code::known(code).unwrap_or(Code(&BAD_REQUEST))
}

const BAD_REQUEST: Line = Line("BAD_REQUEST", 400, "invalid", "Bad request");

/// Code, status, issue type, display.
static CODES: [Line; 59] = [
    // Records and documents of practices.
    BAD_REQUEST,
    Line("CONFLICTING_VALUES", 400, "invalid", "Conflicting values have been specified in different fields"),
    Line("INVALID_NHS_NUMBER", 400, "value", "Invalid NHS number"),
    Line("INVALID_IDENTIFIER_SYSTEM", 400, "value", "Invalid identifier system"),
    Line("INVALID_IDENTIFIER_VALUE", 400, "value", "Invalid identifier value"),
    Line("INVALID_PATIENT_DEMOGRAPHICS", 400, "business-rule", "Invalid patient demographics"),
    Line("INVALID_ODS_CODE", 400, "value", "Invalid ODS code"),
    Line("MESSAGE_NOT_WELL_FORMED", 400, "structure", "Message not well formed"),
    Line("MISSING_OR_INVALID_HEADER", 400, "invalid", "There is a required header missing or invalid"),
    Line("NO_PATIENT_CONSENT", 403, "forbidden", "Patient has not provided consent to share data"),
    Line("NO_ORGANISATION_CONSENT", 403, "forbidden", "Organisation has not provided consent to share data"),
    Line(
        "NO_ORGANISATIONAL_CONSENT",
        403,
        "forbidden",
        "Organisation has not provided consent to share data",
    ),
    Line("ACCESS DENIED", 403, "forbidden", "Access has been denied"),
    Line("ACCESS_DENIED", 403, "forbidden", "Access has been denied to process this request"),
    Line("ACCESS_DENIED_SSL", 403, "forbidden", "SSL protocol or client certificate is missing or not valid"),
    Line(
        "ASID_CHECK_FAILED",
        403,
        "forbidden",
        "The sender or receiver's ASID is not authorised for this interaction",
    ),
    Line("NO_RELATIONSHIP", 403, "forbidden", "No legitimate relationship exists with this patient"),
    Line("NON_AUTHORITATIVE", 403, "forbidden", "Non authoritative"),
    Line("PATIENT_SENSITIVE", 404, "not-found", "Patient is sensitive"),
    Line("PATIENT_NOT_FOUND", 404, "not-found", "Patient record not found"),
    Line("NO_RECORD_FOUND", 404, "not-found", "No record found"),
    Line("ORGANISATION_NOT_FOUND", 404, "not-found", "Organisation record not found"),
    Line("PRACTITIONER_NOT_FOUND", 404, "not-found", "Practitioner record not found"),
    Line("REFERENCE_NOT_FOUND", 422, "invalid", "Reference not found"),
    Line("DUPLICATE_REJECTED", 409, "duplicate", "Create would lead to creation of a duplicate resource"),
    Line("INVALID_RESOURCE", 422, "invalid", "Submitted resource is not valid"),
    Line("INVALID_PARAMETER", 422, "invalid", "Submitted parameter is not valid"),
    Line("INTERNAL_SERVER_ERROR", 500, "processing", "Internal server error"),
    Line("NOT_IMPLEMENTED", 501, "not-supported", "Not implemented"),
    Line("UNSUPPORTED_MEDIA_TYPE", 415, "not-supported", "Unsupported media type"),
    // The proxy's own, which it says in the place of a display.
    Line("ENDPOINT_VARIES_FROM_TARGETURL", 400, "invalid", "ENDPOINT_REGISTERED_VARIES_FROM_TARGETURL_ASKED"),
    Line("ASID_CHECK_FAILED_MESSAGESENDER", 403, "invalid", "ASID_CHECK_FAILED_MESSAGESENDER_UNKNOWN"),
    Line(
        "PARTYKEY_INTERACTION_CHECK_FAILED_MESSAGERECEIVER",
        403,
        "invalid",
        "PARTYKEY_INTERACTION_CHECK_FAILED_MESSAGERECEIVER_UNKNOWN",
    ),
    Line("FOT_CHECK_FAILED", 403, "invalid", "FOT_CHECK_FAILED_NO_AGREEMENT"),
    Line("METHOD_NOT_ALLOWED", 405, "not-supported", "Method not allowed"),
    Line(
        "ERROR_COMMUNICATING_TO_ENDPOINT_URL",
        502,
        "invalid",
        "ERROR_COMMUNICATING_TO_ENDPOINT_URL_PRACTICE",
    ),
    // Demographics.
    Line("RESOURCE_NOT_FOUND", 404, "not-found", "Resource not found"),
    Line("INVALIDATED_RESOURCE", 404, "not-found", "Resource that has been marked as invalid was requested"),
    Line("INVALID_RESOURCE_ID", 400, "value", "Resource Id is invalid"),
    Line("UNSUPPORTED_SERVICE", 400, "not-supported", "Unsupported Service"),
    Line("MISSING_VALUE", 400, "required", "Required value is missing"),
    Line("INVALID_VALUE", 400, "value", "Provided value is invalid"),
    Line("INVALID_SEARCH_DATA", 400, "invalid", "Search data is invalid"),
    Line("ADDITIONAL_PROPERTIES", 400, "structure", "Additional properties detected"),
    Line("UNABLE_TO_CALL_SERVICE", 408, "timeout", "Service could not be called"),
    Line("TOO_MANY_REQUESTS", 429, "throttled", "Too many requests"),
    Line("UNAUTHORISED", 401, "login", "Not authorised"),
    Line("GONE", 410, "deleted", "Resource has been deleted"),
    Line("NOT_SUPPORTED", 404, "not-supported", "Not supported"),
    // The directory.
    Line("BAD_GATEWAY", 502, "transient", "The directory could not answer"),
    Line("GATEWAY_TIMEOUT", 504, "timeout", "The directory did not answer in time"),
    Line("NOT_ACCEPTABLE", 406, "not-supported", "Not acceptable"),
    Line("SERVICE_UNAVAILABLE", 503, "transient", "Service unavailable"),
    // The national gateway's own.
    Line("GATEWAY_BAD_REQUEST", 400, "invalid", "Invalid request"),
    Line("GATEWAY_NOT_FOUND", 404, "exception", "SDS result for provider did not contain a current endpoint"),
    Line("PDS_REQUEST_FAILED", 502, "exception", "PDS FHIR API request failed: Service Unavailable"),
    Line("SDS_REQUEST_FAILED", 502, "exception", "SDS FHIR API request failed: Service Unavailable"),
    Line("PROVIDER_REQUEST_FAILED", 502, "exception", "Provider request failed: Service Unavailable"),
    Line("GATEWAY_ERROR", 500, "exception", "Internal Server Error"),
];
