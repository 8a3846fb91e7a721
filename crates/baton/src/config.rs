//! The configuration: one commented TOML file, compiled-in defaults, an environment overlay. Read here and nowhere else.

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use baton_assistant::chat::ChatConfig;
use baton_connect::facts::HttpFactsConfig;
use serde::Deserialize;

/// The commented file with every default, as `baton config` prints it.
pub(crate) const DEFAULT: &str = include_str!("../baton.default.toml");

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) log: Log,
    pub(crate) http: Http,
    pub(crate) knowledge: Knowledge,
    pub(crate) model: Option<ChatConfig>,
    pub(crate) facts: Facts,
    pub(crate) limits: Limits,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Log {
    pub(crate) format: LogFormat,
    pub(crate) filter: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Http {
    pub(crate) cookie_secure: bool,
    pub(crate) widget_opens_per_minute: u32,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Knowledge {
    pub(crate) dir: PathBuf,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Facts {
    pub(crate) allow_private: Vec<String>,
    /// By workspace slug.
    pub(crate) look_up: BTreeMap<String, Vec<HttpFactsConfig>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Limits {
    pub(crate) snapshot_every: u64,
    pub(crate) check_invariants: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            log: Log::default(),
            http: Http::default(),
            knowledge: Knowledge::default(),
            model: None,
            facts: Facts::default(),
            limits: Limits::default(),
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, filter: "info".into() }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self { cookie_secure: false, widget_opens_per_minute: 30 }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { snapshot_every: 100_000, check_invariants: false }
    }
}

/// The process's environment.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Reads `file` (defaults without one) and lays the environment over it.
pub(crate) fn load(file: Option<&Path>, env: &dyn Fn(&str) -> Option<String>) -> Result<Config> {
    let mut config = match file {
        None => Config::default(),
        Some(path) => {
            let text =
                fs::read_to_string(path).with_context(|| format!("cannot read the configuration {}", path.display()))?;
            parse(&text).with_context(|| format!("the configuration {} is not valid", path.display()))?
        }
    };
    overlay(&mut config, env)?;
    resolve_secrets(&mut config, env)?;
    Ok(config)
}

fn parse(text: &str) -> Result<Config> {
    Ok(toml::from_str(text)?)
}

fn overlay(config: &mut Config, env: &dyn Fn(&str) -> Option<String>) -> Result<()> {
    if let Some(value) = env("BATON_LISTEN") {
        config.listen = value.parse().with_context(|| format!("BATON_LISTEN: `{value}` is not an address and port"))?;
    }
    if let Some(value) = env("BATON_LOG_FORMAT") {
        config.log.format = match value.as_str() {
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            _ => bail!("BATON_LOG_FORMAT: `{value}` is neither text nor json"),
        };
    }
    if let Some(value) = env("BATON_LOG_FILTER") {
        config.log.filter = value;
    }
    if let Some(value) = env("BATON_COOKIE_SECURE") {
        config.http.cookie_secure =
            value.parse().with_context(|| format!("BATON_COOKIE_SECURE: `{value}` is neither true nor false"))?;
    }
    let (url, name, key) = (env("BATON_MODEL_URL"), env("BATON_MODEL_NAME"), env("BATON_MODEL_KEY"));
    match (&mut config.model, url, name) {
        (model @ None, Some(base_url), Some(model_name)) => {
            let table =
                toml::Table::from_iter([("base_url".to_owned(), base_url.into()), ("model".to_owned(), model_name.into())]);
            *model = Some(table.try_into().context("BATON_MODEL_URL, BATON_MODEL_NAME")?);
        }
        (None, None, None) => {}
        (None, ..) => bail!("BATON_MODEL_URL and BATON_MODEL_NAME belong together when the file has no [model]"),
        (Some(model), url, name) => {
            model.base_url = url.unwrap_or_else(|| model.base_url.clone());
            model.model = name.unwrap_or_else(|| model.model.clone());
        }
    }
    if let (Some(model), Some(key)) = (&mut config.model, key) {
        model.api_key = Some(key);
    }
    Ok(())
}

/// `env:NAME` stands for a value that is not written into the file.
fn resolve_secrets(config: &mut Config, env: &dyn Fn(&str) -> Option<String>) -> Result<()> {
    let resolve = |what: String, value: &mut String| -> Result<()> {
        if let Some(name) = value.strip_prefix("env:") {
            *value = env(name).with_context(|| format!("{what}: the environment has no {name}"))?;
        }
        Ok(())
    };
    if let Some(key) = config.model.as_mut().and_then(|m| m.api_key.as_mut()) {
        resolve("model.api_key".into(), key)?;
    }
    for (slug, look_ups) in &mut config.facts.look_up {
        for look_up in look_ups {
            for (header, value) in &mut look_up.headers {
                resolve(format!("facts.look_up.{slug}.headers.{header}"), value)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn none(_: &str) -> Option<String> {
        None
    }

    #[test]
    fn the_commented_file_is_the_default() {
        assert_eq!(format!("{:?}", parse(DEFAULT).unwrap()), format!("{:?}", Config::default()));
    }

    /// The commented examples stay valid too.
    #[test]
    fn the_examples_in_the_commented_file_parse() {
        let mut text = String::new();
        for line in DEFAULT.lines() {
            let example = line.strip_prefix("# ").filter(|l| {
                l.starts_with('[')
                    || l.split(" = ")
                        .next()
                        .is_some_and(|k| k.chars().all(|c| c.is_ascii_lowercase() || c == '_') && l.contains(" = "))
            });
            text.push_str(example.unwrap_or(line));
            text.push('\n');
        }
        let config = parse(&text).unwrap();
        assert_eq!(config.model.unwrap().max_tokens, 400);
        assert_eq!(config.facts.look_up["my-workspace"][0].headers["authorization"], "env:CRM_TOKEN");
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let error = parse("listen = \"127.0.0.1:1\"\n[log]\nformt = \"json\"\n").unwrap_err().to_string();
        assert!(error.contains("line 3") && error.contains("formt"), "{error}");
        assert!(parse("listen = \"nowhere\"").is_err());
        let missing = load(Some(Path::new("/nonexistent/baton.toml")), &none).unwrap_err();
        assert!(format!("{missing:#}").contains("/nonexistent/baton.toml"));
    }

    #[test]
    fn the_environment_wins() {
        let env = |name: &str| match name {
            "BATON_LISTEN" => Some("0.0.0.0:9".to_owned()),
            "BATON_LOG_FORMAT" => Some("json".to_owned()),
            "BATON_MODEL_URL" => Some("http://127.0.0.1:1/v1".to_owned()),
            "BATON_MODEL_NAME" => Some("m".to_owned()),
            "BATON_MODEL_KEY" => Some("k".to_owned()),
            _ => None,
        };
        let config = load(None, &env).unwrap();
        assert_eq!((config.listen.port(), config.log.format), (9, LogFormat::Json));
        assert_eq!(config.model.unwrap().api_key.as_deref(), Some("k"));
        assert!(load(None, &|n| (n == "BATON_MODEL_URL").then(|| "x".into())).is_err());
        assert!(load(None, &|n| (n == "BATON_LISTEN").then(|| "x".into())).is_err());
    }

    #[test]
    fn secrets_may_come_from_the_environment() {
        let mut config = parse("[model]\nbase_url = \"http://x/v1\"\nmodel = \"m\"\napi_key = \"env:KEY\"\n").unwrap();
        assert!(resolve_secrets(&mut config, &none).unwrap_err().to_string().contains("KEY"));
        resolve_secrets(&mut config, &|n| (n == "KEY").then(|| "s3cret".into())).unwrap();
        assert_eq!(config.model.unwrap().api_key.as_deref(), Some("s3cret"));
    }
}
