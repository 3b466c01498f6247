//! Takes what was received and what became of it, gives the answer over SOAP: a simple message response for what was taken, a
//! fault with ITK's error for what was refused. Pure: the message's id and the time are given. Quotes nothing of the message
//! but its ids. Source: ITK 2.2 web services transport, SimpleMessageResponse and ToolkitErrorInfo; SOAP 1.1, 4.4.

use super::envelope;
use super::narrative::escape;

/// The action of every fault. Source: WS-Addressing 1.0, SOAP binding, section 6.
const FAULT: &str = "http://www.w3.org/2005/08/addressing/soap/fault";
/// ITK's code for what was understood and cannot be processed, now or later.
const NOT_PROCESSED: &str = "2000";

/// What of a request its answer must name.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Request {
    action: Option<String>,
    message_id: Option<String>,
    payload_ids: Vec<String>,
}

/// Who answers, and when.
#[derive(Clone, Copy)]
pub struct Answer<'a> {
    /// A UUID of its own.
    pub message_id: &'a str,
    /// `2026-01-02T03:04:05Z`.
    pub created: &'a str,
    pub expires: &'a str,
}

/// Read from a message that may have been refused; empty where it could not be read at all.
pub fn request(bytes: &[u8]) -> Request {
    let head = envelope::addressed(bytes).unwrap_or_default();
    Request { action: head.action, message_id: head.message_id, payload_ids: head.payload_ids }
}

/// Every payload was taken: `OK:` and the id of the payload.
pub fn taken(request: &Request, answer: &Answer<'_>) -> String {
    let action = request.action.as_deref().map(|action| format!("{action}Response"));
    let ids: Vec<&str> = request.payload_ids.iter().map(String::as_str).collect();
    let body = format!(
        "<itk:SimpleMessageResponse xmlns:itk=\"urn:nhs-itk:ns:201005\">OK:{}</itk:SimpleMessageResponse>",
        escape(&ids.join(" "))
    );
    soap(request, answer, action.as_deref().unwrap_or_default(), &body)
}

/// It was refused: the sender is told why and may send it again once that is mended. `reason` names places, never content.
pub fn refused(request: &Request, answer: &Answer<'_>, reason: &str) -> String {
    let body = format!(
        "<s:Fault><faultcode>s:Client</faultcode><faultstring>The message was not taken</faultstring><detail>\
         <itk:ToolkitErrorInfo xmlns:itk=\"urn:nhs-itk:ns:201005\"><itk:ErrorID>{}</itk:ErrorID>\
         <itk:ErrorCode codeSystem=\"2.16.840.1.113883.2.1.3.2.4.17.268\">{NOT_PROCESSED}</itk:ErrorCode>\
         <itk:ErrorText>The message was not taken</itk:ErrorText>\
         <itk:ErrorDiagnosticText>{}</itk:ErrorDiagnosticText></itk:ToolkitErrorInfo></detail></s:Fault>",
        escape(answer.message_id),
        escape(reason)
    );
    soap(request, answer, FAULT, &body)
}

fn soap(request: &Request, answer: &Answer<'_>, action: &str, body: &str) -> String {
    let relates = request.message_id.as_deref().map(escape);
    let relates = relates.map(|id| format!("<a:RelatesTo>{id}</a:RelatesTo>")).unwrap_or_default();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:a=\"http://www.w3.org/2005/08/addressing\"><s:Header><a:Action>{}</a:Action><a:MessageID>{}</a:MessageID>\
         {relates}<a:To>http://www.w3.org/2005/08/addressing/anonymous</a:To>\
         <wsse:Security xmlns:wsse=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\">\
         <wsu:Timestamp xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\">\
         <wsu:Created>{}</wsu:Created><wsu:Expires>{}</wsu:Expires></wsu:Timestamp></wsse:Security></s:Header>\
         <s:Body>{body}</s:Body></s:Envelope>",
        escape(action),
        escape(answer.message_id),
        escape(answer.created),
        escape(answer.expires)
    )
}
