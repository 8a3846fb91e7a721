//! Whether a person meets requirements, and how to say it.

use std::sync::Arc;

use baton_model::{HumanProfile, QueueId, Requirements};

use super::{
    score::{PLAIN_SPEED, speed},
    who::Who,
};

/// `de` from `de-CH` or `DE_ch`.
pub fn primary_language(tag: &str) -> String {
    primary(tag).to_ascii_lowercase()
}

fn primary(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or(tag)
}

/// No queues listed means all; overflow queues are served too.
pub fn serves(profile: &HumanProfile, queue: &QueueId) -> bool {
    profile.queues.is_empty() || profile.queues.contains(queue) || profile.overflow_queues.contains(queue)
}

/// No languages listed means that language was never recorded: any.
pub fn speaks(profile: &HumanProfile, language: &str) -> bool {
    profile.languages.is_empty() || profile.languages.iter().any(|l| primary(l).eq_ignore_ascii_case(primary(language)))
}

/// How well somebody who qualifies fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fit {
    /// In percent of the mean, over the required and the wished skills.
    pub(super) speed: u8,
    /// Only through their overflow queues.
    pub(super) helps: bool,
}

/// Judges people by one set of requirements.
#[derive(Debug, Clone)]
pub(super) struct Judge {
    needs: Requirements,
    /// Checked before it is stored; one that does not compile admits nobody.
    who: Option<Arc<Who>>,
}

impl Judge {
    pub(super) fn new(needs: Requirements) -> Self {
        let who = needs.who.as_deref().and_then(|source| Who::new(source).ok()).map(Arc::new);
        Self { needs, who }
    }

    pub(super) fn needs(&self) -> &Requirements {
        &self.needs
    }

    fn admits(&self, profile: &HumanProfile) -> bool {
        self.needs.who.is_none() || self.who.as_ref().is_some_and(|w| w.allows(profile, &self.needs))
    }

    /// `None`: they do not qualify.
    pub(super) fn fit(&self, profile: &HumanProfile) -> Option<Fit> {
        let needs = &self.needs;
        let own = profile.queues.is_empty() || needs.queues.iter().any(|q| profile.queues.contains(q));
        let qualifies = (own || needs.queues.iter().any(|q| profile.overflow_queues.contains(q)))
            && needs.skills.iter().all(|(skill, level)| profile.skills.get(skill).is_some_and(|have| have >= level))
            && needs.language.as_deref().is_none_or(|l| speaks(profile, l))
            && (needs.region.is_none() || needs.region == profile.region)
            && needs.attributes.iter().all(|(name, value)| profile.attributes.get(name) == Some(value))
            && self.admits(profile);
        qualifies.then(|| Fit { speed: speed_of(profile, needs), helps: !own })
    }

    /// What a person lacks, one phrase each; empty when they qualify.
    pub(super) fn lacks(&self, profile: &HumanProfile) -> Vec<String> {
        let needs = &self.needs;
        let mut words = Vec::new();
        for (skill, level) in &needs.skills {
            match profile.skills.get(skill) {
                Some(have) if have >= level => {}
                Some(have) => words.push(format!("{skill} {have}, needs {level}")),
                None => words.push(format!("no {skill}")),
            }
        }
        if let Some(language) = needs.language.as_deref().filter(|l| !speaks(profile, l)) {
            words.push(format!("no {}", language_name(language)));
        }
        if let Some(region) = needs.region.as_ref().filter(|r| profile.region.as_ref() != Some(r)) {
            words.push(format!("not in region {region}"));
        }
        let missing = needs.attributes.iter().filter(|(name, value)| profile.attributes.get(*name) != Some(value));
        words.extend(missing.map(|(name, value)| format!("{name} is not {value}")));
        if let Some(who) = needs.who.as_ref().filter(|_| !self.admits(profile)) {
            words.push(format!("not among `{who}`"));
        }
        if !needs.queues.iter().any(|q| serves(profile, q)) {
            let queues: Vec<&str> = needs.queues.iter().map(|q| q.0.as_str()).collect();
            words.push(format!("does not serve {}", queues.join(" or ")));
        }
        words
    }
}

fn speed_of(profile: &HumanProfile, needs: &Requirements) -> u8 {
    let wished = needs.preferred_skills.keys().filter(|s| !needs.skills.contains_key(*s));
    let levels = needs.skills.keys().chain(wished).map(|s| profile.skills.get(s).copied().unwrap_or(0));
    let (sum, count) = levels.fold((0, 0), |(sum, count), level| (sum + speed(level), count + 1));
    sum.checked_div(count).and_then(|mean| u8::try_from(mean).ok()).unwrap_or(PLAIN_SPEED)
}

/// Why this person, best skill first: "billing 5, German".
pub fn fit_words(profile: &HumanProfile, needs: &Requirements) -> String {
    // One text from the start, and no list for a single skill: this is written for every match.
    let mut words = String::with_capacity(32);
    let comma = |words: &mut String| words.push_str(if words.is_empty() { "" } else { ", " });
    let mut say = |skill: &str, level: u8| {
        comma(&mut words);
        words.push_str(skill);
        words.push(' ');
        match char::from_digit(level.into(), 10) {
            Some(digit) => words.push(digit),
            None => words.push_str(&level.to_string()),
        }
    };
    let known = needs.skills.keys().filter_map(|s| profile.skills.get(s).map(|level| (s, *level)));
    if needs.skills.len() > 1 {
        let mut skills: Vec<_> = known.collect();
        skills.sort_by_key(|(_, level)| std::cmp::Reverse(*level));
        skills.into_iter().for_each(|(skill, level)| say(skill, level));
    } else {
        known.for_each(|(skill, level)| say(skill, level));
    }
    if let Some(language) = &needs.language
        && !profile.languages.is_empty()
    {
        comma(&mut words);
        words.push_str(&language_name(language));
    }
    if words.is_empty()
        && let Some(queue) = needs.queues.iter().find(|q| serves(profile, q))
    {
        words.push_str("serves ");
        words.push_str(&queue.0);
    }
    words
}

/// The English name of a language by its ISO 639-1 code, or the code itself.
pub fn language_name(code: &str) -> String {
    const NAMES: [(&str, &str); 36] = [
        ("ar", "Arabic"),
        ("bg", "Bulgarian"),
        ("ca", "Catalan"),
        ("cs", "Czech"),
        ("da", "Danish"),
        ("de", "German"),
        ("el", "Greek"),
        ("en", "English"),
        ("es", "Spanish"),
        ("et", "Estonian"),
        ("fa", "Persian"),
        ("fi", "Finnish"),
        ("fr", "French"),
        ("he", "Hebrew"),
        ("hi", "Hindi"),
        ("hr", "Croatian"),
        ("hu", "Hungarian"),
        ("id", "Indonesian"),
        ("it", "Italian"),
        ("ja", "Japanese"),
        ("ko", "Korean"),
        ("lt", "Lithuanian"),
        ("lv", "Latvian"),
        ("nl", "Dutch"),
        ("no", "Norwegian"),
        ("pl", "Polish"),
        ("pt", "Portuguese"),
        ("ro", "Romanian"),
        ("ru", "Russian"),
        ("sk", "Slovak"),
        ("sl", "Slovenian"),
        ("sv", "Swedish"),
        ("tr", "Turkish"),
        ("uk", "Ukrainian"),
        ("vi", "Vietnamese"),
        ("zh", "Chinese"),
    ];
    let code = primary_language(code);
    NAMES.iter().find(|(c, _)| *c == code).map_or(code, |(_, name)| (*name).to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use baton_model::{Hours, Skills};

    use super::*;

    pub(in crate::route) fn profile(name: &str, skills: &[(&str, u8)], languages: &[&str]) -> HumanProfile {
        HumanProfile {
            name: name.into(),
            skills: skills.iter().map(|(s, l)| ((*s).to_owned(), *l)).collect::<Skills>(),
            languages: languages.iter().map(|l| (*l).to_owned()).collect(),
            queues: vec![],
            hours: Hours { time_zone: "UTC".into(), windows: vec![], holidays: vec![] },
            capacity: 2,
            ..HumanProfile::default()
        }
    }

    fn needs(skills: &[(&str, u8)], language: Option<&str>) -> Requirements {
        Requirements {
            skills: skills.iter().map(|(s, l)| ((*s).to_owned(), *l)).collect(),
            language: language.map(Into::into),
            queues: vec![QueueId("billing".into())],
            ..Requirements::default()
        }
    }

    #[test]
    fn a_person_has_every_skill_the_language_and_a_queue() {
        let ana = profile("Ana", &[("billing", 4), ("refunds", 2)], &["de", "en-GB"]);
        for (skills, language, want) in [
            (&[("billing", 4)][..], None, true),
            (&[("billing", 5)][..], None, false),
            (&[("billing", 1), ("refunds", 2)][..], Some("en"), true),
            (&[("legal", 1)][..], None, false),
            (&[][..], Some("DE-at"), true),
            (&[][..], Some("fr"), false),
        ] {
            let needs = needs(skills, language);
            let judge = Judge::new(needs);
            assert_eq!(judge.fit(&ana).is_some(), want, "{judge:?}");
            assert_eq!(judge.lacks(&ana).is_empty(), want, "{judge:?}");
        }
        let elsewhere = HumanProfile { queues: vec![QueueId("sales".into())], ..ana.clone() };
        assert!(Judge::new(needs(&[], None)).fit(&elsewhere).is_none());
        assert!(Judge::new(needs(&[], Some("fr"))).fit(&profile("Bo", &[], &[])).is_some(), "language never recorded");
    }

    #[test]
    fn fit_and_gaps_in_words() {
        let ana = profile("Ana", &[("billing", 3), ("refunds", 5)], &["de"]);
        assert_eq!(fit_words(&ana, &needs(&[("billing", 1), ("refunds", 1)], Some("de"))), "refunds 5, billing 3, German");
        assert_eq!(fit_words(&ana, &needs(&[], None)), "serves billing");
        assert_eq!(
            Judge::new(needs(&[("billing", 4), ("legal", 2)], Some("fr"))).lacks(&ana),
            ["billing 3, needs 4", "no legal", "no French"]
        );
        assert_eq!(language_name("xx-YY"), "xx");
    }
}
