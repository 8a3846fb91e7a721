//! A package that is read without its conversation: its own transcript is then the source of what it claims.

use std::{collections::BTreeMap, sync::Arc};

use baton_model::{
    AiMeta, AiMode, Author, Channel, Citation, Conversation, CustomerRef, Entity, Epoch, Holder, HumanAgentId, IdSource,
    NoticeKind, Package, Signals, Turn, TurnId,
};

use super::{Fault, Found, faults};

/// As `faults`, for a package from elsewhere. What cannot be known without the conversation is believed: entities, the
/// customer's card, and which articles an answer cited.
pub fn faults_alone(package: &Package) -> Vec<Fault> {
    let mut found = Found::default();
    let mut seen = std::collections::BTreeSet::new();
    for (i, line) in package.transcript.iter().enumerate() {
        if !seen.insert(line.turn) {
            found.add(format!("/transcript/{i}/turn"), format!("{} is there twice", line.turn));
        }
        if line.index as usize != i {
            found.add(format!("/transcript/{i}/index"), format!("{} at place {i}: the transcript is not whole", line.index));
        }
        if author(&line.role, line.name.as_deref()).is_none() {
            found.add(format!("/transcript/{i}/role"), format!("`{}` is no role", line.role));
        }
    }
    found.0.extend(faults(package, &told(package)));
    found.0
}

fn author(role: &str, name: Option<&str>) -> Option<Author> {
    let name = name.unwrap_or_default().to_owned();
    // Nobody asks who it was, only what kind.
    let human_agent: HumanAgentId = IdSource::new(baton_model::Timestamp::default(), 0).draw();
    Some(match role {
        "customer" => Author::Customer,
        "ai_agent" => Author::AiAgent,
        "human_agent" => Author::HumanAgent { human_agent, name },
        "notice" => Author::Notice { notice: NoticeKind::WaitUpdate },
        "tool" => Author::Tool { name, ok: true },
        "note" => Author::Note { human_agent, name },
        _ => return None,
    })
}

/// The conversation as the package tells it.
fn told(package: &Package) -> Conversation {
    let mut entities: BTreeMap<TurnId, Vec<Entity>> = BTreeMap::new();
    for e in &package.entities {
        entities.entry(e.turn).or_default().push(Entity { kind: e.kind, span: e.span, value: e.value.clone() });
    }
    let mut cited: BTreeMap<TurnId, Vec<Citation>> = BTreeMap::new();
    for attempt in &package.tried {
        cited.entry(attempt.turn).or_default().extend(attempt.sources.iter().map(|title| Citation {
            article: String::new(),
            title: title.clone(),
            quote: String::new(),
            score: 0.0,
        }));
    }
    let turns = package.transcript.iter().map(|line| {
        Arc::new(Turn {
            id: line.turn,
            index: line.index,
            at: line.at,
            author: author(&line.role, line.name.as_deref()).unwrap_or(Author::Notice { notice: NoticeKind::WaitUpdate }),
            text: line.text.clone(),
            epoch: Epoch(0),
            signals: Signals { entities: entities.remove(&line.turn).unwrap_or_default(), ..Signals::default() },
            ai: cited.remove(&line.turn).map(|citations| AiMeta { citations, ..AiMeta::default() }),
            used_step: None,
        })
    });
    let card = &package.customer;
    let customer = CustomerRef {
        name: card.name.clone(),
        email: card.email.clone(),
        phone: card.phone.clone(),
        ..CustomerRef::default()
    };
    Conversation {
        holder: Holder::Queue,
        turns: turns.collect(),
        ..Conversation::opened(package.conversation, Channel::Chat, AiMode::External, customer, package.built_at)
    }
}

#[cfg(test)]
mod tests {
    use baton_model::EntityKind;

    use super::*;
    use crate::package::samples::Talk;

    fn package() -> Package {
        Talk::new()
            .customer("Refund order A-1042, paid with 4242 4242 4242 4242")
            .entity("A-1042", EntityKind::Reference, "A-1042")
            .entity("4242 4242 4242 4242", EntityKind::Card, "4242424242424242")
            .ai("Read section 7. We will refund you within 24 hours.")
            .cites("Refunds, section 7")
            .build()
    }

    #[test]
    fn a_package_is_checked_by_its_own_transcript() {
        assert_eq!(faults_alone(&package()), Vec::<Fault>::new());
        type Change = fn(&mut Package);
        let changes: [(&str, Change); 6] = [
            ("/summary/0", |p| p.summary[0].text = "Wants a refund for order A-1043".into()),
            ("/promises/0/text", |p| p.promises[0].text = "We will pay double.".into()),
            ("/transcript/0/index", |p| drop(p.transcript.remove(0))),
            ("/transcript/0/role", |p| p.transcript[0].role = "ghost".into()),
            ("/transcript/1/turn", |p| p.transcript[1].turn = p.transcript[0].turn),
            ("/entities/1/value", |p| p.entities[1].value = "4242424242424242".into()),
        ];
        for (at, change) in changes {
            let mut package = package();
            change(&mut package);
            let found = faults_alone(&package);
            assert!(found.iter().any(|f| f.at == at), "expected {at}, found {found:?}");
        }
    }
}
