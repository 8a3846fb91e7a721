//! The recorded runs of tau-bench (Yao et al., 2024): a tool agent, and a customer whom a model plays.

use serde::Deserialize;
use serde_json::Value;

use crate::{
    bench::{Bench, BenchError, Split},
    replay::recording,
};

/// Of the few-shot dialogues, only the turns are known.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Run {
    #[serde(default)]
    pub(super) task_id: usize,
    #[serde(default)]
    pub(super) success: bool,
    #[serde(default)]
    pub(super) gold_transfer: bool,
    /// In which the agent transferred.
    #[serde(default)]
    pub(super) transfer_turn: Option<usize>,
    #[serde(default)]
    pub(super) gold_actions: Value,
    pub(super) turns: Vec<Turn>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Turn {
    pub(super) role: String,
    #[serde(default)]
    pub(super) text: Option<String>,
    #[serde(default)]
    pub(super) calls: Vec<Call>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Call {
    pub(super) name: String,
    /// An object, as JSON.
    pub(super) arguments: String,
}

impl Turn {
    pub(super) fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// Of a tool's turn.
    pub(super) fn worked(&self) -> bool {
        recording::worked(self.text())
    }

    /// By the customer or the agent.
    pub(super) fn is_said(&self) -> bool {
        self.text.is_some() && self.role != "tool"
    }
}

/// GPT-4o as an airline's assistant.
pub(super) fn airline(bench: &Bench<'_>, split: Split) -> Result<Vec<Run>, BenchError> {
    bench.jsonl(match split {
        Split::Dev => "tau_bench/airline_gpt4o_dialogues_train.jsonl",
        Split::Test => "tau_bench/airline_gpt4o_dialogues_test.jsonl",
    })
}

/// All dialogues of the part that is scored; those for development have the few-shot ones with them.
pub(super) fn dialogues(bench: &Bench<'_>) -> Result<Vec<Run>, BenchError> {
    let mut all = airline(bench, bench.split)?;
    if bench.split == Split::Dev {
        for part in ["tau_bench/airline_fewshot_dialogues.jsonl", "tau_bench/retail_fewshot_dialogues.jsonl"] {
            all.extend(bench.jsonl::<Run>(part)?);
        }
    }
    Ok(all)
}
