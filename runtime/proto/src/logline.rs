//! A line of a process's log as JSON. In: when, how bad, who, what. Out: one line.

use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Something has become good again.
    Info,
    /// Somebody should look at it.
    Warn,
    /// Something failed.
    Error,
}

/// A line.
#[derive(Debug, Serialize)]
pub struct LogLine<'a> {
    /// RFC 3339, UTC, milliseconds: [`time`].
    pub time: String,
    /// How bad it is.
    pub level: Level,
    /// The process.
    pub process: &'a str,
    /// The service in which it happened, if that is known.
    pub service: Option<&'a str>,
    /// What.
    pub message: &'a str,
    /// The path to it, innermost first.
    pub path: Vec<&'a str>,
}

impl LogLine<'_> {
    /// As text, without a line's end.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|error| unreachable!("texts only: {error}"))
    }
}

/// The service of a line of a path, `at AccountsService.get (accounts.pluto:7)`.
#[must_use]
pub fn service_of(line: &str) -> Option<&str> {
    let name = line.trim_start().strip_prefix("at ").unwrap_or(line).split(' ').next()?;
    name.rsplit_once('.').map(|(service, _)| service)
}

/// So many milliseconds since 1970 as `2026-11-28T05:24:31.123Z`. The date is found as in Howard Hinnant's "chrono-Compatible Low-Level
/// Date Algorithms" (`civil_from_days`).
#[must_use]
pub fn time(millis: u64) -> String {
    let (days, rest) = (millis / 86_400_000, millis % 86_400_000);
    let (year, month, day) = civil(days);
    let (seconds, millis) = (rest / 1000, rest % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// Years begin in March here, so that the leap day is the last one.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        assert_eq!(time(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(time(951_827_696_789), "2000-02-29T12:34:56.789Z");
        assert_eq!(time(1_798_761_599_999), "2026-12-31T23:59:59.999Z");
        assert_eq!(time(1_798_761_600_000), "2027-01-01T00:00:00.000Z");
        assert_eq!(time(4_107_542_400_000), "2100-03-01T00:00:00.000Z");
    }

    #[test]
    fn a_line_is_an_object() {
        let line = LogLine {
            time: time(0),
            level: Level::Warn,
            process: "web",
            service: service_of("at Shop.main (main.pluto:7)"),
            message: "a \"word\"",
            path: vec!["at Shop.main (main.pluto:7)"],
        };
        let expected = r#"{"time":"1970-01-01T00:00:00.000Z","level":"warn","process":"web","service":"Shop","message":"a \"word\"","path":["at Shop.main (main.pluto:7)"]}"#;
        assert_eq!(line.to_json(), expected);
        assert_eq!(service_of("at main (main.pluto:7)"), None);
    }
}
