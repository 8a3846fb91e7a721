//! What to automate next: escalations that the AI could have done, by topic and by what was missing.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use baton_model::{
    ArticleDraft, Author, Case, Cluster, ClusterExample, Conversation, CouldAi, EntityKind, EscalationId, Millis, Missing,
    Turn,
};

use super::{asked, repeats};

const EXAMPLES: usize = 5;
const WORDS: usize = 4;
/// Answers that share this much of their words are one answer.
const SAME_ANSWER: f32 = 0.7;
const ANSWERS: usize = 8;
const QUOTE_CHARS: usize = 200;

/// Ranked by the human time that went into them.
pub(super) fn clusters<'a>(cases: impl DoubleEndedIterator<Item = &'a Arc<Case>>) -> Vec<Cluster> {
    let mut by: BTreeMap<(&str, Missing), Vec<&Case>> = BTreeMap::new();
    for case in cases.rev() {
        if let Some(v) = case.verdict.as_ref().filter(|v| v.could_ai != CouldAi::No) {
            by.entry((&case.topic, v.missing)).or_default().push(case);
        }
    }
    let mut out: Vec<Cluster> = by.into_iter().map(|((topic, missing), cases)| cluster(topic, missing, &cases)).collect();
    out.sort_by(|a, b| {
        (b.handle_total, b.escalations).cmp(&(a.handle_total, a.escalations)).then_with(|| a.topic.cmp(&b.topic))
    });
    out
}

fn cluster(topic: &str, missing: Missing, cases: &[&Case]) -> Cluster {
    let mut counts: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for case in cases {
        let told: BTreeMap<String, String> =
            repeats::content(&case.headline).map(|word| (repeats::stem(&word).to_owned(), word)).collect();
        for (stem, word) in told {
            counts.entry(stem).or_insert((0, word)).0 += 1;
        }
    }
    let mut words: Vec<(usize, String)> = counts.into_values().filter(|(n, _)| *n * 2 > cases.len()).collect();
    words.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let handle = |c: &&Case| c.facts.as_ref().and_then(|f| f.handle_time).map_or(0, |h| h.0);
    let example = |c: &&Case| {
        Some(ClusterExample { escalation: c.escalation?, conversation: c.conversation, headline: c.headline.clone() })
    };
    Cluster {
        topic: topic.to_owned(),
        missing,
        escalations: cases.len().try_into().unwrap_or(u32::MAX),
        handle_total: Millis(cases.iter().map(handle).sum()),
        about: words.into_iter().take(WORDS).map(|(_, word)| word).collect(),
        examples: cases.iter().filter_map(example).take(EXAMPLES).collect(),
    }
}

/// An answer that people gave, and the shortest way in which it was asked for.
struct Said {
    words: BTreeSet<String>,
    question: String,
    text: String,
    sources: Vec<EscalationId>,
}

/// A draft from what humans answered in these conversations. `None` when none of them says anything.
pub fn draft(topic: &str, sources: &[(EscalationId, Arc<Conversation>)]) -> Option<ArticleDraft> {
    let mut answers: Vec<Said> = Vec::new();
    for (escalation, c) in sources {
        let (Some(turn), Some((question, _))) = (answer(c), question(c)) else { continue };
        let (words, question) = (repeats::words(&turn.text), quoted(question));
        let alike = |known: &BTreeSet<String>| {
            known.intersection(&words).count() as f32 >= SAME_ANSWER * known.len().max(words.len()) as f32
        };
        match answers.iter_mut().find(|said| alike(&said.words)) {
            Some(said) => {
                said.sources.push(*escalation);
                if question.len() < said.question.len() {
                    said.question = question;
                }
            }
            None => answers.push(Said { words, question, text: without_details(turn), sources: vec![*escalation] }),
        }
    }
    if answers.is_empty() {
        return None;
    }
    answers.sort_by_key(|said| std::cmp::Reverse(said.sources.len()));
    answers.truncate(ANSWERS);
    // A question as heading is what retrieval matches; where an answer comes from is for the editor, not for customers.
    let section = |said: &Said| {
        let from: Vec<String> = said.sources.iter().map(ToString::to_string).collect();
        format!("## {}\n\n{}\n\n<!-- from {} -->\n", said.question, said.text, from.join(", "))
    };
    let title: String = topic.replace('_', " ");
    let title = title.chars().take(1).flat_map(char::to_uppercase).chain(title.chars().skip(1)).collect();
    Some(ArticleDraft {
        title,
        body: answers.iter().map(section).collect::<Vec<_>>().join("\n"),
        sources: answers.into_iter().flat_map(|said| said.sources).collect(),
    })
}

/// What the AI could not answer, or else what the customer came with; and what was said before it.
pub fn question(c: &Conversation) -> Option<(&Turn, &[Arc<Turn>])> {
    let alone = c.turns.iter().position(|t| matches!(t.author, Author::HumanAgent { .. })).unwrap_or(c.turns.len());
    let turns = &c.turns[..alone];
    let gave_up = turns.iter().position(|t| t.ai.as_ref().is_some_and(|ai| ai.no_answer));
    let asked = gave_up.and_then(|at| turns[..at].iter().rposition(|t| t.is_customer()));
    let at = asked.or_else(|| turns.iter().position(|t| t.is_customer()))?;
    Some((&turns[at], &turns[..at]))
}

/// The human's fullest statement: not a question, not "one moment".
fn answer(c: &Conversation) -> Option<&Turn> {
    c.turns
        .iter()
        .map(|t| &**t)
        .filter(|t| {
            matches!(t.author, Author::HumanAgent { .. }) && !t.text.trim_end().ends_with('?') && asked::says_something(t)
        })
        .max_by_key(|t| repeats::words(&t.text).len())
}

fn quoted(turn: &Turn) -> String {
    let text = without_details(turn).replace('\n', " ");
    let short: String = text.chars().take(QUOTE_CHARS).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

/// An article is for everybody: what identifies a customer is replaced by its kind.
fn without_details(turn: &Turn) -> String {
    let chars: Vec<char> = turn.text.chars().collect();
    let mut entities: Vec<_> = turn.signals.entities.iter().filter(|e| identifies(e.kind)).collect();
    entities.sort_by_key(|e| e.span.start);
    let (mut out, mut at) = (String::new(), 0);
    for e in entities {
        let (start, end) = (e.span.start as usize, (e.span.end as usize).min(chars.len()));
        if start >= at && start < end {
            out.extend(&chars[at..start]);
            out.push_str(kind_words(e.kind));
            at = end;
        }
    }
    out.extend(&chars[at..]);
    out.trim().to_owned()
}

fn identifies(kind: EntityKind) -> bool {
    !matches!(kind, EntityKind::Url | EntityKind::Amount | EntityKind::Date)
}

fn kind_words(kind: EntityKind) -> &'static str {
    match kind {
        EntityKind::Reference => "[reference]",
        EntityKind::Email => "[e-mail]",
        EntityKind::Phone => "[phone]",
        EntityKind::Card => "[card]",
        EntityKind::Iban => "[account]",
        EntityKind::NationalId => "[identity number]",
        EntityKind::Code => "[code]",
        EntityKind::IpAddress => "[IP address]",
        EntityKind::Address | EntityKind::PostalCode => "[address]",
        EntityKind::Person => "[name]",
        EntityKind::Amount | EntityKind::Date | EntityKind::Url => "[detail]",
    }
}

#[cfg(test)]
mod tests {
    use baton_model::*;

    use super::*;
    use crate::learn::{cases::Cases, catalogue::tests::escalated, ledger::tests::ts};

    #[test]
    fn ranked_by_time_and_named_by_their_words() {
        let mut cases = Cases::default();
        let mut add = |n: u64, topic: &str, missing, secs, headline: &str| {
            let mut c = escalated(n, ts(n as i64), Trigger::AiLimit);
            c.topic = topic.into();
            c.headline = headline.into();
            c.verdict = Some(Verdict { could_ai: CouldAi::WithMissing, missing, smooth: Smooth::Yes, note: None });
            c.facts.as_mut().unwrap().handle_time = Some(Millis::secs(secs));
            cases.add(c);
        };
        add(1, "billing", Missing::Knowledge, 100, "Invoice without tax number");
        add(2, "billing", Missing::Knowledge, 100, "Needs an invoice with the tax number");
        add(3, "delivery", Missing::Tool, 900, "Change the delivery address");
        let got = clusters(cases.iter());
        assert_eq!(
            got.iter().map(|c| (c.topic.as_str(), c.escalations)).collect::<Vec<_>>(),
            [("delivery", 1), ("billing", 2)]
        );
        assert!(got[1].about.contains(&"invoice".to_owned()), "{:?}", got[1].about);
        assert_eq!(got[1].examples[0].headline, "Needs an invoice with the tax number");
        assert!(clusters(Cases::default().iter()).is_empty());
    }
}
