//! Logs to stderr, and the counters behind `/metrics`.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::log::Log;

/// Sends logs to `writer`: stderr, or a front end that puts them where they do not tear its screen. Called once.
pub fn start_logging<W>(log: &Log, writer: W)
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = filter(&log.filter);
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        // Where the log cannot be written, that cannot be said there either: it would be a panic.
        .log_internal_errors(false)
        .with_target(false);
    // A second call (in tests) leaves the first subscriber in place, which is what is wanted.
    let _ = if log.json {
        subscriber.json().try_init()
    } else {
        subscriber.with_ansi(false).compact().try_init()
    };
}

/// What is logged. Of pictures and their fonts only errors, unless they are named: what cannot be drawn is said where the
/// picture is shown.
fn filter(wanted: &str) -> EnvFilter {
    const DRAWING: &str = "resvg=error,usvg=error,fontdb=error";
    EnvFilter::try_new(format!("{DRAWING},{wanted}")).unwrap_or_else(|_| EnvFilter::new("info"))
}

/// Installs the recorder that all counters of the process go to.
pub fn start_counting() -> anyhow::Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new()
        .set_buckets(&[0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 20.0, 60.0])?
        .install_recorder()?;
    metrics::describe_counter!(
        "lumen_posts_stored_total",
        "Posts that were new or changed."
    );
    metrics::describe_counter!(
        "lumen_publish_calls_total",
        "Publishing calls made to a network."
    );
    metrics::describe_counter!("lumen_published_total", "Posts published.");
    metrics::describe_counter!(
        "lumen_model_calls_total",
        "Calls of a model by role, provider and outcome."
    );
    metrics::describe_counter!(
        "lumen_http_requests_total",
        "Requests to the outside by outcome."
    );
    metrics::describe_histogram!(
        "lumen_answer_seconds",
        "From the moment an update was written down to its answer, before it is sent."
    );
    metrics::describe_counter!(
        "lumen_telegram_calls_total",
        "Calls to Telegram by method and outcome."
    );
    metrics::describe_counter!(
        "lumen_discord_calls_total",
        "Calls to Discord by name and outcome."
    );
    metrics::describe_counter!(
        "lumen_discord_identifies_total",
        "Sessions begun with Discord's gateway; it allows 1,000 a day."
    );
    metrics::gauge!("lumen_up").set(1.0);
    Ok(handle)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What was written.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn fonts_are_silent_unless_they_are_asked_about() {
        let logged = |wanted: &str| {
            let written = Written::default();
            let writer = written.clone();
            let subscriber = tracing_subscriber::fmt()
                .with_env_filter(filter(wanted))
                .with_writer(move || writer.clone())
                .finish();
            tracing::subscriber::with_default(subscriber, || {
                tracing::warn!(target: "usvg::text::layout", "no such sign");
                tracing::warn!(target: "fontdb", "no such font");
                tracing::warn!("of Lumen");
            });
            let bytes = written.0.lock().unwrap().clone();
            String::from_utf8(bytes).unwrap()
        };
        for wanted in ["warn", "warn,lumen=info", "debug", "trace"] {
            let said = logged(wanted);
            assert!(
                said.contains("of Lumen") && !said.contains("no such"),
                "{said}"
            );
        }
        assert!(logged("warn,usvg=warn").contains("no such sign"));
    }
}
