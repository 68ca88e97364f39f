//! Figures on stdout, and what a list of times comes to.

use std::time::Duration;

/// One figure.
pub fn say(name: &str, value: f64) {
    println!("{}", serde_json::json!({ "name": name, "value": value }));
}

pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// Whole numbers in a report are far below 2^52.
#[expect(clippy::cast_precision_loss, reason = "counts of posts, tokens, bytes")]
pub fn number(count: usize) -> f64 {
    count as f64
}

/// How many a second.
pub fn rate(count: usize, time: Duration) -> f64 {
    number(count) / time.as_secs_f64()
}

/// Says the middle, the 99th percentile and the worst of `times`, in milliseconds.
pub fn say_times(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let Some(worst) = times.last() else { return };
    say(&format!("{name}.p50"), millis(times[times.len() / 2]));
    say(
        &format!("{name}.p99"),
        millis(times[(times.len() - 1) * 99 / 100]),
    );
    say(&format!("{name}.max"), millis(*worst));
}

/// Megabytes that are resident now.
pub fn resident_mb() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next());
    let kilobytes: f64 = line.unwrap_or("0").parse()?;
    Ok(kilobytes / 1_024.0)
}

/// Megabytes of all files below `folder`.
pub fn disk_mb(folder: &std::path::Path) -> anyhow::Result<f64> {
    let mut folders = vec![folder.to_path_buf()];
    let mut bytes = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let about = entry.metadata()?;
            if about.is_dir() {
                folders.push(entry.path());
            } else {
                bytes += usize::try_from(about.len())?;
            }
        }
    }
    Ok(number(bytes) / 1_048_576.0)
}
