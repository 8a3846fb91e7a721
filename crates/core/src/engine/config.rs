//! Settings, policy, queues, people, knowledge, uploaded facts: checked, then journaled.

use std::sync::Arc;

use baton_model::{
    Article, Customer, Effect, Event, HumanAgentId, HumanProfile, Order, Policy, Queue, Refusal, RefusalCode, Reply,
    Settings, Stream,
};

use super::step::Step;
use crate::{assess, route};

/// Longest article body, in bytes.
const ARTICLE_BYTES: usize = 512 * 1024;

impl Step<'_> {
    pub(super) fn put_settings(&mut self, settings: &Settings) -> Result<Reply, Refusal> {
        let by = self.input.actor.clone();
        check_settings(settings)?;
        self.emit(Stream::Workspace, Event::SettingsPut { settings: settings.clone(), by });
        Ok(Reply::Done)
    }

    /// Lints, numbers and applies a policy file.
    pub(super) fn put_policy(&mut self, toml: &str, why: &str) -> Result<Reply, Refusal> {
        let by = self.input.actor.clone();
        self.no_trial()?;
        let mut policy = assess::parse(toml)?;
        policy.version = self.state.next_version();
        self.check_rule_queues(&policy)?;
        let version = policy.version;
        let (toml, why) = (toml.to_owned(), why.to_owned());
        self.emit(Stream::Workspace, Event::PolicyApplied { policy: Arc::new(policy), toml, by, why });
        Ok(Reply::PolicyApplied { version })
    }

    /// Rules may only send to queues that exist.
    pub(super) fn check_rule_queues(&self, policy: &Policy) -> Result<(), Refusal> {
        for rule in policy.rules.iter().filter_map(|r| r.queue.as_ref().map(|q| (&r.id, q))) {
            if !self.state.queues.iter().any(|q| q.id == *rule.1) {
                let detail =
                    format!("rule `{}` sends to queue `{}`, which does not exist: create the queue first", rule.0, rule.1);
                return Err(Refusal::new(RefusalCode::Invalid, detail));
            }
        }
        Ok(())
    }

    pub(super) fn put_queues(&mut self, queues: &[Queue]) -> Result<Reply, Refusal> {
        let by = self.input.actor.clone();
        route::check_queues(queues)?;
        let gone = |e: &baton_model::Escalation| !e.state.terminal() && !queues.iter().any(|q| q.id == e.item.queue);
        if let Some(e) = self.state.escalations.values().find(|e| gone(e)) {
            let detail =
                format!("queue `{}` still has open escalations ({}): empty it before it is removed", e.item.queue, e.id);
            return Err(Refusal::new(RefusalCode::WrongState, detail));
        }
        let known = |q: &baton_model::QueueId| queues.iter().any(|known| known.id == *q);
        let serves = self.state.humans.values().find(|h| named(&h.profile).any(|q| !known(q)));
        if let Some(human) = serves {
            let detail = format!(
                "{} ({}) serves a queue that is not in the list: change their profile first",
                human.profile.name, human.id
            );
            return Err(Refusal::new(RefusalCode::WrongState, detail));
        }
        let tried = self.state.trial.as_ref().map(|t| &t.policy);
        let in_use = std::iter::once(&self.state.policy).chain(tried);
        if let Some(rule) = in_use.flat_map(|p| &p.rules).find(|r| r.queue.as_ref().is_some_and(|q| !known(q))) {
            let detail =
                format!("policy rule `{}` sends to a queue that is not in the list: change the policy first", rule.id);
            return Err(Refusal::new(RefusalCode::WrongState, detail));
        }
        self.emit(Stream::Workspace, Event::QueuesPut { queues: queues.to_vec(), by });
        Ok(Reply::Done)
    }

    pub(super) fn put_human(&mut self, id: HumanAgentId, profile: &HumanProfile) -> Result<Reply, Refusal> {
        let by = self.input.actor.clone();
        route::check_profile(profile)?;
        if let Some(unknown) = named(profile).find(|q| !self.state.queues.iter().any(|known| known.id == **q)) {
            return Err(Refusal::new(
                RefusalCode::Invalid,
                format!("profile.queues names `{unknown}`, which does not exist"),
            ));
        }
        let (load, before) = self.state.humans.get(&id).map_or((0, 0), |h| (h.load(), h.profile.capacity));
        // Above it already (silent customers wrote again): the rest of the profile may change.
        if profile.capacity < load.min(before) {
            let detail = format!(
                "profile.capacity is {} but {load} units are held now: lower it when there is less in hand",
                profile.capacity
            );
            return Err(Refusal::new(RefusalCode::WrongState, detail));
        }
        self.emit(Stream::Human(id), Event::HumanPut { human_agent: id, profile: profile.clone(), by });
        Ok(Reply::Done)
    }

    pub(super) fn put_article(&mut self, article: &Article) -> Result<Reply, Refusal> {
        let by = self.input.actor.clone();
        check_article(article)?;
        let article = Arc::new(Article { updated_at: self.now, ..article.clone() });
        self.emit(Stream::Workspace, Event::ArticlePut { article: Arc::clone(&article), by });
        self.effects.push(Effect::IndexArticle { article });
        Ok(Reply::Done)
    }

    pub(super) fn remove_article(&mut self, id: &str) -> Result<Reply, Refusal> {
        let by = self.input.actor.clone();
        if !self.state.articles.contains_key(id) {
            return Err(Refusal::new(RefusalCode::NotFound, format!("no article `{id}`")));
        }
        self.emit(Stream::Workspace, Event::ArticleRemoved { article: id.to_owned(), by });
        self.effects.push(Effect::ForgetArticle { article: id.to_owned() });
        Ok(Reply::Done)
    }

    pub(super) fn put_customer(&mut self, customer: &Customer) -> Result<Reply, Refusal> {
        check_key("external_id", &customer.external_id)?;
        self.emit(Stream::Workspace, Event::CustomerPut { customer: Arc::new(customer.clone()) });
        Ok(Reply::Done)
    }

    pub(super) fn put_order(&mut self, order: &Order) -> Result<Reply, Refusal> {
        check_key("reference", &order.reference)?;
        check_key("customer", &order.customer)?;
        self.emit(Stream::Workspace, Event::OrderPut { order: Arc::new(order.clone()) });
        Ok(Reply::Done)
    }
}

fn check_key(name: &str, value: &str) -> Result<(), Refusal> {
    if value.trim().is_empty() || value.len() > 128 {
        return Err(Refusal::new(RefusalCode::Invalid, format!("{name} must have 1 to 128 bytes")));
    }
    Ok(())
}

fn check_article(a: &Article) -> Result<(), Refusal> {
    let slug = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if a.id.is_empty() || a.id.len() > 100 || !a.id.chars().all(slug) {
        return Err(Refusal::new(RefusalCode::Invalid, "an article id is a slug: 1 to 100 of a-z, 0-9 and `-`"));
    }
    if a.title.trim().is_empty() || a.title.len() > 300 {
        return Err(Refusal::new(RefusalCode::Invalid, "an article needs a title of 1 to 300 bytes"));
    }
    if a.body.trim().is_empty() || a.body.len() > ARTICLE_BYTES {
        return Err(Refusal::new(
            RefusalCode::Invalid,
            format!("an article body has 1 to {ARTICLE_BYTES} bytes of Markdown"),
        ));
    }
    Ok(())
}

/// Queues that a person is said to serve.
fn named(profile: &HumanProfile) -> impl Iterator<Item = &baton_model::QueueId> {
    profile.queues.iter().chain(&profile.overflow_queues)
}

fn check_settings(s: &Settings) -> Result<(), Refusal> {
    let named = [("business_name", &s.business_name), ("ai_name", &s.ai_name)];
    for (field, value) in named {
        if value.trim().is_empty() || value.len() > 100 {
            return Err(Refusal::new(RefusalCode::Invalid, format!("settings.{field} must have 1 to 100 bytes")));
        }
    }
    let hours = baton_model::Hours { time_zone: s.time_zone.clone(), windows: Vec::new(), holidays: Vec::new() };
    crate::calendar::check(&hours)
        .map_err(|why| Refusal::new(RefusalCode::Invalid, format!("settings.time_zone: {why}")))?;
    let bounds = [
        ("customer_silence_seconds", s.customer_silence_seconds, 60, 86_400),
        ("presence_grace_seconds", s.presence_grace_seconds, 5, 3_600),
        ("review_seconds", s.review_seconds, 60, 30 * 86_400),
    ];
    for (field, value, low, high) in bounds {
        if !(low..=high).contains(&value) {
            return Err(Refusal::new(RefusalCode::Invalid, format!("settings.{field} is {value}: choose {low} to {high}")));
        }
    }
    Ok(())
}
