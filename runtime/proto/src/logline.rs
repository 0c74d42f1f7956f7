//! What a process says while it runs and when it ends, as text. In: when, how bad, who, what, and what `PLUTO_LOG` asks for. Out: lines.
//! The processes of a program and the supervisor of `plutoc run` share it: their lines stand on one standard error.

use std::str::FromStr;

use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Something has become good again.
    Info,
    /// Somebody should look at it.
    Warn,
    /// Something failed.
    Error,
}

/// How a line looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// `2026-11-28T05:24:31.123Z WARN api OrderService: message`; the lines of the path follow, indented.
    Text,
    /// One JSON object.
    Json,
}

/// What `PLUTO_LOG` asks for: words with commas between them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wish {
    /// How lines look: `text` (usual) or `json`.
    pub format: Format,
    /// Lines that are not so bad are not written: `info` (usual: all are), `warn` or `error`.
    pub least: Level,
}

impl Default for Wish {
    fn default() -> Wish {
        Wish { format: Format::Text, least: Level::Info }
    }
}

impl FromStr for Wish {
    type Err = String;

    fn from_str(text: &str) -> Result<Wish, String> {
        let mut wish = Wish::default();
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            match word {
                "text" => wish.format = Format::Text,
                "json" => wish.format = Format::Json,
                "info" => wish.least = Level::Info,
                "warn" => wish.least = Level::Warn,
                "error" => wish.least = Level::Error,
                other => {
                    return Err(format!(
                        "PLUTO_LOG takes `text` or `json`, and `info`, `warn` or `error`, not `{other}`"
                    ));
                }
            }
        }
        Ok(wish)
    }
}

impl Wish {
    /// A line of the log, ready to be written in one piece; nothing if nobody wants it.
    #[must_use]
    pub fn line(self, line: &LogLine<'_>) -> Option<String> {
        (line.level >= self.least).then(|| match self.format {
            Format::Text => line.to_text(),
            Format::Json => line.to_json(),
        })
    }

    /// What a process ends with, which everybody wants: without the line's beginning, since it is for whoever has started the process.
    #[must_use]
    pub fn report(self, line: &LogLine<'_>) -> String {
        match self.format {
            Format::Text => line.report_text(),
            Format::Json => line.to_json(),
        }
    }
}

/// Something that is said.
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
    /// Whatever belongs to the line but is not its first line is indented: a line that is not begins the next one.
    fn to_text(&self) -> String {
        let level = match self.level {
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
        };
        let service = self.service.map(|service| format!(" {service}")).unwrap_or_default();
        let message = self.message.replace('\n', "\n  ");
        format!("{} {level} {}{service}: {message}\n{}", self.time, self.process, self.path_text())
    }

    fn report_text(&self) -> String {
        format!("{}\n{}", self.message, self.path_text())
    }

    fn path_text(&self) -> String {
        self.path.iter().map(|line| format!("  {line}\n")).collect()
    }

    fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|error| unreachable!("texts only: {error}")) + "\n"
    }
}

/// The innermost service on a path, where these are the services: `at AccountsService.get (accounts.pluto:7)` lies in one.
#[must_use]
pub fn service_of<'a>(path: &[&'a str], is_service: impl Fn(&str) -> bool) -> Option<&'a str> {
    path.iter().find_map(|line| {
        let name = line.trim_start().strip_prefix("at ")?.split(' ').next()?;
        name.rsplit_once('.').map(|(class, _)| class).filter(|class| is_service(class))
    })
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

    fn line(level: Level, service: Option<&'static str>) -> LogLine<'static> {
        let path = vec!["at Shop.main (main.pluto:7)"];
        LogLine { time: time(0), level, process: "web", service, message: "a \"word\"\nand one more", path }
    }

    fn wish(text: &str) -> Wish {
        text.parse().expect("it is one")
    }

    #[test]
    fn a_line_is_an_object() {
        let expected = r#"{"time":"1970-01-01T00:00:00.000Z","level":"warn","process":"web","service":"Shop","message":"a \"word\"\nand one more","path":["at Shop.main (main.pluto:7)"]}"#;
        let line = line(Level::Warn, Some("Shop"));
        assert_eq!(wish("json").line(&line), Some(format!("{expected}\n")));
        assert_eq!(wish("error, json").report(&line), format!("{expected}\n"));
    }

    #[test]
    fn a_line_is_for_people() {
        let rest = "a \"word\"\n  and one more\n  at Shop.main (main.pluto:7)\n";
        let said = |level, service| wish("").line(&line(level, service)).expect("it is written");
        assert_eq!(said(Level::Warn, Some("Shop")), format!("1970-01-01T00:00:00.000Z WARN web Shop: {rest}"));
        assert_eq!(said(Level::Error, None), format!("1970-01-01T00:00:00.000Z ERROR web: {rest}"));
        let report = "a \"word\"\nand one more\n  at Shop.main (main.pluto:7)\n";
        assert_eq!(wish("error").report(&line(Level::Error, None)), report);
    }

    #[test]
    fn what_is_not_bad_enough_is_not_written() {
        let all = [Level::Info, Level::Warn, Level::Error];
        for (text, count) in [("", 3), ("info", 3), ("warn", 2), ("json,error", 1), ("error", 1)] {
            let written: Vec<Level> =
                all.into_iter().filter(|&level| wish(text).line(&line(level, None)).is_some()).collect();
            assert_eq!(written, all[3 - count..], "{text}");
        }
        let wrong = "json,loud".parse::<Wish>().expect_err("no such word");
        assert_eq!(wrong, "PLUTO_LOG takes `text` or `json`, and `info`, `warn` or `error`, not `loud`");
    }

    #[test]
    fn a_path_leads_through_services() {
        let path = ["-- called from process a --", "at Line.price (a.pluto:1)", "at Shop.main (a.pluto:7)"];
        assert_eq!(service_of(&path, |class| class == "Shop"), Some("Shop"));
        assert_eq!(service_of(&path, |_| false), None);
        assert_eq!(service_of(&["at main (main.pluto:7)"], |_| true), None);
    }
}
