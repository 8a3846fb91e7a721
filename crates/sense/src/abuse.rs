//! Insults and harassment aimed at whoever answers. Swearing at the situation alone is anger, not abuse.

use baton_model::SignalKind;

use crate::cue::{Detector, cue, raw_cue};

const INSULT: &str = "(?:idiots?|morons?|imbeciles?|stupid|dumb(?:ass)?|retard(?:ed|s)?|bitch(?:es)?|ass ?holes?|arseholes?|bastards?|cunts?|scum(?:bags?)?|pricks?|dickheads?|dicks?|wankers?|twats?|motherfuckers?|fuckers?|whores?|sluts?|pigs?|losers?|clowns?|trash|garbage|shits?|shitheads?|thieves|thief|crooks?|useless|worthless|brain ?dead)";

pub(crate) fn detector() -> Detector {
    Detector::new(
        SignalKind::Abuse,
        vec![
            cue(6.0, "fuck (?:you|u|off|yourself|ya|your)|f\\*+k you|screw you|go to hell|piss off|shut (?:the (?:fuck|hell) )?up|suck my|kiss my ass|eat shit|suck (?:me|it|on this)|drop dead|go die|(?:son|sons) of (?:a )?bitch(?:es)?|piece of (?:shit|crap|garbage|trash)|stfu|gtfo|kys"),
            cue(5.0, &format!("(?:you|ur|u|y'all|you're|you are|you're all|you all|you people|you guys|your (?:staff|team|people|company|agents?|bot))(?: are| is)?(?: all| just| such| really| so| a| an| bunch of| bloody| fucking| damn| complete| total| absolute| utter| useless| the)* {INSULT}")),
            cue(4.2, &format!("(?:stupid|fucking|dumb|damn|useless|shitty|goddamn|bloody|worthless) (?:bot|robot|machine|computer|program|ai|assistant|bitch|people|{INSULT})|what an? (?:[a-z]+ )?{INSULT}")),
            // Threats to hurt, and what nobody should have to read at work.
            cue(4.4, "(?:i(?:'ll| will|'m going to| am going to|'m gonna| want to| wanna)|gonna|let me) (?:kill|murder|rape|beat up|strangle|stab|shoot|punch|slap|destroy) (?:you|u|ya|your|him|her|them|[a-z]+)|(?:fuck|screw|bang|rape|spank) (?:me|u|you|her|him|them|girls?|boys?|women|kids)|(?:fuck|fucking|fucked|screw|screwing|banged) (?:your|ur) (?:mom|mum|mother|sister|wife|daughter)|(?:want to|wanna|let's|will you|would you|can you|can we|to) (?:fuck|have sex|bang|suck|sleep with me|make love)|(?:you|u) will fuck|blow ?jobs?|hand ?jobs?|suck ?my|suck (?:a )?(?:dick|cock)|(?:my|a) (?:dick|cock|penis)|sucks? (?:ass|dick|cock|balls)|(?:your|ur) (?:tits|boobs|breasts|pussy|ass|naked|body)|(?:send|show)(?: me)? (?:nudes|your (?:tits|boobs|body))|sex with|have sex|horny|pussy|like sluts|(?:get|gtfo) the (?:fuck|hell) out|sex ?(?:bot|robot|slave|toy)"),
            cue(3.2, "scum|rapist|sluts?|whores?|idiots?|morons?|imbeciles?|assholes?|arseholes?|bastards?|cunts?|dickheads?|wankers?|motherfuckers?|scumbags?|bitch(?:es)?"),
            cue(1.2, "fuck(?:ing|ed)?|shit(?:ty)?|stupid|dumb|pathetic|liars?|incompetent"),
            raw_cue(3.2, "🖕"),
        ],
    )
    .heated()
    .unless("(?:i|we)(?:'m| am| was|'ve been| are)(?: such| so| being| just| a| an)* (?:stupid|dumb|idiot|moron|clown|loser)|stupid (?:question|mistake|of me|me)|dumb (?:question|mistake|of me|me)|might (?:sound|be) (?:stupid|dumb)|garbage (?:bag|can|disposal|bin)s?|trash (?:bag|can|bin)s?|guinea pigs?|(?:moby|philip k\\.?) dick")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cue::check;

    #[test]
    fn abuse_table() {
        check(
            SignalKind::Abuse,
            &[
                "fuck you",
                "you are a complete idiot",
                "You people are useless",
                "shut up you stupid bot",
                "what a moron",
                "you bunch of thieves",
                "get the fuck out of my chat",
                "I will kill you",
                "would you have sex with me",
                "stupid computer",
                "suck me",
            ],
            &[
                "sorry, stupid question",
                "I'm such an idiot, wrong address",
                "this fucking thing broke again",
                "Do you sell garbage bags?",
                "this is useless",
                "please destroy my old data",
                "the heat will kill my plants",
                "what sex should I enter in the form?",
            ],
        );
    }
}
