//! Ctrl-C and SIGTERM.

use std::{io, thread};

use connect_user::client::CancellationToken;
use tokio::runtime::Builder;

use crate::output;

/// From now on, the first Ctrl-C or SIGTERM stops the run cleanly, and the second ends the program.
///
/// A separate thread waits for the signals, because work that never yields would block them.
pub fn end_on_interrupt(token: CancellationToken) {
    // If the signals cannot be handled, they end the program at once.
    let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
    let entered = runtime.enter();
    let Ok(mut signal) = signals() else { return };
    drop(entered);
    thread::spawn(move || {
        runtime.block_on(async {
            signal().await;
            output::note("stopping: calls in flight are waited for, and what is done is recorded");
            token.cancel();
            std::process::exit(signal().await);
        });
    });
}

/// Waits for a signal, and returns the usual exit code of a program that the signal ends.
#[cfg(unix)]
fn signals() -> io::Result<impl AsyncFnMut() -> i32 + Send> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move || {
        tokio::select! {
            _ = interrupt.recv() => 130,
            _ = terminate.recv() => 143,
        }
    })
}

#[cfg(not(unix))]
fn signals() -> io::Result<impl AsyncFnMut() -> i32 + Send> {
    Ok(async || {
        let _ = tokio::signal::ctrl_c().await;
        130
    })
}
