//! Work that has its turn after those that answer people.

use super::IndexError;

/// The niceness of upkeep; 0 is that of all else.
pub(super) const LAST_IN_LINE: i32 = 10;

/// Does `work` on a thread of its own, which has its turn after those that answer people. On their threads it would hold up
/// whoever asks meanwhile: lance computes in between its waits.
///
/// Nothing that `work` opened may be used elsewhere: what lance opens reads through a task that ends with this thread, and
/// whoever found it in a common memory would wait for its answer for ever.
pub(super) async fn aside(
    work: impl Future<Output = Result<(), IndexError>> + Send + 'static,
) -> Result<(), IndexError> {
    let failed = |why: String| IndexError::Failed {
        what: "begin upkeep",
        why,
    };
    let (done, ended) = tokio::sync::oneshot::channel();
    let thread = move || {
        // Threads that lance computes with are made by whoever needs them first, and stay as urgent as that one was.
        rayon::current_num_threads();
        // Without it the work goes on all the same, only as eagerly as all other.
        let _ = rustix::process::setpriority_process(None, LAST_IN_LINE);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let worked = match runtime {
            Ok(runtime) => runtime.block_on(work),
            Err(error) => Err(failed(error.to_string())),
        };
        // Nobody waits any more after a stop.
        let _ = done.send(worked);
    };
    std::thread::Builder::new()
        .name("index-upkeep".to_owned())
        .spawn(thread)
        .map_err(|error| failed(error.to_string()))?;
    ended
        .await
        .unwrap_or_else(|_| Err(failed("its thread broke off".to_owned())))
}
