//! Watches the session of a page that is still being written: takes the session and what the page shows, gives the cause once
//! the view has ended, on whichever replica that was said. Source: access.md section 4 (4); HAZ-003.

use super::session::{self, Entered};
use crate::program::{Program, narrowed::Shown};
use access::session::Ending;
use std::{sync::Arc, time::Duration};
use tokio::sync::oneshot;

/// A view that was ended is off the page within five seconds, so it is looked at more often.
const EVERY: Duration = Duration::from_secs(2);

/// Looks until the view ends or nobody waits for it any more.
pub(super) fn watch(program: Arc<Program>, entered: &Entered, shown: Shown) -> oneshot::Receiver<Ending> {
    let (mut tell, waits) = oneshot::channel();
    let (sid, content) = (entered.sid, entered.content.clone());
    tokio::spawn(async move {
        loop {
            tokio::select! {
                biased;
                () = tell.closed() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            let mut ending = session::ended(&program, sid).await;
            if ending.is_none() && !session::is_trusted(&program, &content) {
                program.end_view(sid, Ending::HostDisabled).await;
                ending = Some(Ending::HostDisabled);
            }
            if ending.is_none() && !program.may_still_show(&shown, &content) {
                program.end_view(sid, Ending::PolicyNarrowed).await;
                ending = Some(Ending::PolicyNarrowed);
            }
            if let Some(ending) = ending {
                // Nobody may wait any more; then nothing is being written either.
                let _ = tell.send(ending);
                return;
            }
        }
    });
    waits
}
