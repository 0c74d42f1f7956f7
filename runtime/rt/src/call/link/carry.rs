//! What goes on at the connection of a link, beside the tasks that call: connecting, reading, writing, asking whether the other side lives, and
//! ending calls at their deadlines. In: a link. Out: replies and ends for its calls.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use pluto_proto::backoff::Backoff;
use pluto_proto::frame::{Coming, Decoder, Frame, Hello, VERSION, put_ask, put_hello};
use pluto_proto::parts::Parts;
use pluto_proto::pulse::{Beat, Waiting};
use pluto_proto::topology::Address;
use tokio::io::AsyncReadExt;
use tokio::time::{sleep, sleep_until, timeout};

use super::{Link, Parting, race};
use crate::call::FailureKind;
use crate::task::NEVER;
use crate::transport::{Incoming, Outbox, connect};

/// A connection that does not introduce itself for so long is given up.
const HELLO_LIMIT: Duration = Duration::from_secs(5);
const READ_BUFFER: usize = 64 * 1024;

/// A connection on which both sides have introduced themselves.
struct Met {
    theirs: Hello,
    decoder: Decoder,
    incoming: Incoming,
    outbox: Arc<Outbox>,
}

/// Connects while there are calls to send, or for ever if the link is kept, and carries them.
pub(super) async fn drive(link: &'static Link) {
    let mut backoff = Backoff::default();
    while link.is_wanted() {
        let Ok(address) = &link.address else { return };
        let parting = match timeout(HELLO_LIMIT, introduce(link, address)).await {
            Ok(Ok(met)) => {
                backoff.succeeded();
                carry(link, met).await
            }
            Ok(Err(parting)) => link.explained(parting),
            Err(_) => Parting::Lost("it does not introduce itself".to_string()),
        };
        link.fail_calls(parting);
        pause(link, &mut backoff).await;
    }
}

/// Until the connection ends.
async fn carry(link: &Link, met: Met) -> Parting {
    let Met { theirs, decoder, incoming, outbox } = met;
    link.meet(&theirs, &outbox);
    link.flush();
    link.pulse.lock().begin(link.now());
    let transfer = race(read(link, decoder, incoming), write(link, &outbox));
    let parting = race(transfer, feel(link, &outbox)).await;
    link.part();
    link.mourn(&outbox, parting.why());
    parting
}

/// Before the next attempt. A call that comes when nobody waits yet begins a new row of attempts.
async fn pause(link: &Link, backoff: &mut Backoff) {
    let wait = sleep(Duration::from_millis(backoff.failed()));
    if link.has_unsent() {
        wait.await;
    } else if link.is_kept() {
        let over = async {
            wait.await;
            false
        };
        let called = async {
            link.called.notified().await;
            true
        };
        if race(over, called).await {
            *backoff = Backoff::default();
        }
    }
}

/// Connects, and learns who is there.
async fn introduce(link: &Link, address: &Address) -> Result<Met, Parting> {
    let lost = |error: std::io::Error| Parting::Lost(format!("{address}: {error}"));
    let mut greeting = vec![];
    if put_hello(&mut greeting, &link.hello).is_err() {
        unreachable!("a caller lists no methods");
    }
    let (mut incoming, outgoing) = connect(address, &greeting, link.sharing).await.map_err(lost)?;
    let outbox = Arc::new(Outbox::new(outgoing));
    let mut decoder = Decoder::of_callee();
    let mut buffer = vec![0; 4096];
    loop {
        match decoder.take() {
            Ok(Some(Frame::Hello(theirs))) => {
                is_meant(link, address, &theirs)?;
                return Ok(Met { theirs, decoder, incoming, outbox });
            }
            Ok(Some(Frame::Foreign { version })) => {
                let peer = &link.peer;
                let why = format!("process {peer} speaks version {version} of Pluto's protocol, not {VERSION}");
                return Err(Parting::Refused(FailureKind::Version, why));
            }
            Ok(Some(_)) | Err(_) => {
                return Err(Parting::Lost(format!("{address}: no Pluto process answers there")));
            }
            Ok(None) => match incoming.read(&mut buffer).await.map_err(lost)? {
                0 => return Err(Parting::Lost(format!("{address}: the connection was closed"))),
                count => decoder.push(&buffer[..count]),
            },
        }
    }
}

/// Is it the process that the link leads to? Of which build it is does not matter here.
fn is_meant(link: &Link, address: &Address, theirs: &Hello) -> Result<(), Parting> {
    let (wanted, found) = ((&link.peer, &link.hello.system), (&theirs.process, &theirs.system));
    if wanted == found {
        return Ok(());
    }
    let ((process, system), (other, of)) = (wanted, found);
    let why = format!("at {address} is process {other} of system {of}, not {process} of {system}");
    Err(Parting::Refused(FailureKind::Unavailable, why))
}

/// Takes replies in until the connection ends.
async fn read(link: &Link, mut decoder: Decoder, mut incoming: Incoming) -> Parting {
    let (mut buffer, mut parts) = (vec![0; READ_BUFFER], Parts::default());
    loop {
        loop {
            match decoder.take_in_place() {
                Ok(Some(Coming::Reply(call, body))) => link.take_reply(call, parts.finish(call, body)),
                Ok(Some(other)) => {
                    if let Err(parting) = link.take_in(other, &mut parts) {
                        return parting;
                    }
                }
                Ok(None) => break,
                Err(_) => return Parting::Lost("it sent a malformed frame".to_string()),
            }
        }
        match incoming.read(&mut buffer).await {
            Ok(0) => return Parting::Lost("the process closed it".to_string()),
            Ok(count) => {
                link.pulse.lock().heard(link.now());
                decoder.push(&buffer[..count]);
            }
            Err(error) => return Parting::Lost(error.to_string()),
        }
    }
}

/// Writes the requests that the socket did not take at once, until the connection ends.
async fn write(link: &Link, outbox: &Outbox) -> Parting {
    loop {
        if let Err(error) = outbox.bring_after().await {
            return Parting::Lost(error.to_string());
        }
        link.flush();
    }
}

/// Asks the other side whether it is there, while calls wait for it or the connection shall last; ends when it is not.
async fn feel(link: &Link, outbox: &Outbox) -> Parting {
    loop {
        let interval = link.pulse.lock().interval();
        sleep(Duration::from_millis(interval)).await;
        let is_awaited = link.is_kept() || link.open.lock().calls.waits_for_callee();
        let waiting = if is_awaited { Waiting::Yes } else { Waiting::No };
        let beat = link.pulse.lock().beat(waiting, link.now());
        match beat {
            Beat::Rest => {}
            Beat::Ask => {
                outbox.put(put_ask);
                outbox.flush();
            }
            Beat::Gone => return Parting::Lost("it shows no sign of life".to_string()),
        }
    }
}

/// Ends calls at their deadlines, for ever.
pub(super) async fn watch_deadlines(link: &'static Link) {
    loop {
        let armed = link.armed.load(Ordering::SeqCst);
        if armed == NEVER {
            link.earlier.notified().await;
        } else {
            let moment = link.scheduler.clock.moment(armed.saturating_mul(1_000_000));
            race(sleep_until(moment.into()), link.earlier.notified()).await;
        }
        link.expire();
        let mut open = link.open.lock();
        link.armed.store(open.calls.next_deadline().unwrap_or(NEVER), Ordering::SeqCst);
    }
}
