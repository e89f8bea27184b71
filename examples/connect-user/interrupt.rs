//! Ctrl-C and SIGTERM.

use std::{io, thread};

use connect_user::client::CancellationToken;
use tokio::runtime::{Builder, Runtime};

use crate::output;

/// The first Ctrl-C or SIGTERM from here on stops cleanly; the second ends the program.
///
/// They are waited for on a thread of their own: work that never waits would keep them out.
pub fn end_on_interrupt(token: CancellationToken) {
    // Without signals of its own the program ends as every other.
    let Ok((runtime, mut signals)) = listen() else { return };
    thread::spawn(move || {
        runtime.block_on(async {
            signals.next().await;
            output::note("stopping: calls in flight are waited for, and what is done is recorded");
            token.cancel();
            std::process::exit(signals.next().await);
        });
    });
}

fn listen() -> io::Result<(Runtime, Signals)> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let signals = {
        let _entered = runtime.enter();
        Signals::new()?
    };
    Ok((runtime, signals))
}

/// The exit code of a program that is interrupted.
const BY_INTERRUPT: i32 = 130;

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for one, and gives the usual exit code of a program that it ends.
    async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => BY_INTERRUPT,
            _ = self.terminate.recv() => 143,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> i32 {
        let _ = tokio::signal::ctrl_c().await;
        BY_INTERRUPT
    }
}
