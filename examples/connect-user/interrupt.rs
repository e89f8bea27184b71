//! Ctrl-C and SIGTERM.

use connect_user::client::CancellationToken;

use crate::output;

/// The first Ctrl-C or SIGTERM stops cleanly; the second ends the program.
pub fn end_on_interrupt(token: CancellationToken) {
    tokio::spawn(async move {
        interrupted().await;
        output::note("stopping: calls in flight are waited for, and what is done is recorded");
        token.cancel();
        std::process::exit(interrupted().await);
    });
}

/// Waits for Ctrl-C or SIGTERM, and gives the usual exit code of a program that it ends.
async fn interrupted() -> i32 {
    const BY_INTERRUPT: i32 = 130;
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            return tokio::select! {
                _ = tokio::signal::ctrl_c() => BY_INTERRUPT,
                _ = terminate.recv() => 143,
            };
        }
    }
    let _ = tokio::signal::ctrl_c().await;
    BY_INTERRUPT
}
