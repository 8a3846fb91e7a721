//! Danger to somebody: self-harm, violence, health and hazards. Missing one costs more than a needless look.

use baton_model::SignalKind;

use crate::cue::{Detector, cue, mood};

pub(crate) fn detectors() -> [Detector; 3] {
    [self_harm(), violence(), medical()]
}

fn self_harm() -> Detector {
    Detector::new(
        SignalKind::SelfHarm,
        vec![
            cue(6.0, "kill(?:ing)? my ?self|end(?:ing)? (?:my life|it all)|tak(?:e|ing) my (?:own )?life|suicid(?:e|al)|(?:want|wanna|going|ready|wish i could|rather|like) to die|(?:hurt|harm|cut|cutting|hurting|harming)(?:ing)? my ?self|self[- ]?harm(?:ing)?|(?:don't|do not|dont|no longer) want to (?:live|be alive|exist|wake up|be here any ?more)|better off dead|no (?:reason|point)(?: (?:to|in))? (?:live|living|going on)|can't go on(?: (?:living|like this|anymore))?|unalive|nothing (?:left )?to live for|wish i (?:was|were) dead|jump off (?:a|the) (?:bridge|building|roof)|selbstmord|suicidio"),
            cue(2.8, "kms|can't take (?:it|this) any ?more|hate my life|give up on (?:life|everything)|overdose"),
        ],
    )
    .unless("suicide (?:squad|doors?|bomb(?:er|ing)?|prevention (?:poster|charity|shirt))|(?:hurt|cut) myself (?:on|with|while|opening|using) (?:the|your|a|this|my)")
}

fn violence() -> Detector {
    Detector::new(
        SignalKind::Violence,
        vec![
            cue(5.6, "(?:i'll|i will|i'm going to|i am going to|gonna|going to|want to|wanna|could|should|we'll|we will) (?:[a-z]+ )?(?:kill|murder|shoot|stab|hurt|beat|strangle|attack|punch|burn|bomb|blow up|smash|destroy|slap|hang|poison) (?:you|him|her|them|your|the (?:driver|staff|store|shop|office|building|courier|manager)|everyone|everybody|someone|somebody|all of you)|(?:threaten(?:ed|ing|s)?|threats?) (?:me|us|to (?:kill|hurt|shoot|beat|attack)|of violence)|death threats?|bomb (?:threat|in)|blow (?:up|this) (?:the |your )?(?:office|building|store|place|shop)|shoot(?:ing)? up|(?:burn|set) (?:the|your) (?:office|building|store|place|shop|house) (?:down|on fire)|i know where you (?:live|work)|come (?:to|over to|down to) your (?:office|house|store|place) (?:with|and)|(?:he|she|they|driver|courier|staff|guard) (?:hit|punched|pushed|attacked|assaulted|grabbed|slapped|beat|kicked|hits|beats) (?:me|my|us|her|him)|(?:being|was|got|been) (?:assaulted|attacked|stalked|abused|raped|robbed at)|domestic violence|afraid (?:he|she|they) will (?:hurt|kill)"),
            cue(2.6, "(?:kill|murder|shoot|stab) (?:you|him|her|them)|assault(?:ed)?|stalk(?:er|ing|ed)|weapon|gun|knife to|violent|you(?:'ll| will) (?:regret|be sorry|pay for)|watch your back"),
        ],
    )
    .unless("kill(?:s|ing)? (?:it|time|the (?:app|process|battery|mood|vibe)|me)|bath bombs?|photo ?bomb|glue gun|heat gun|nerf gun|massage gun|spray gun|gun metal|beat (?:your|their|the|that) (?:price|offer|competition|quote)|beat the (?:price|clock)|hit me (?:up|back)|knife to (?:cut|open)|destroy (?:your|the) (?:data|document|card|label)s?|shoot (?:you|me|us|them) an? (?:email|message|text|mail)|i'd kill for")
}

fn medical() -> Detector {
    Detector::new(
        SignalKind::Medical,
        vec![
            mood(5.4, "allergic reaction|anaphyla(?:xis|ctic)|(?:can't|cannot|can not|trouble|difficulty|hard to) (?:breathe|breathing)|chest pains?|heart attack|unconscious|not breathing|overdos(?:e|ed|ing)|seizures?|having a stroke|ambulance|(?:emergency|casualty) room|in (?:the )?hospital|hospitali[sz]ed|(?:rushed|taken|went|going) to (?:the )?(?:hospital|er|a&e)|poison(?:ed|ing)|swallowed (?:it|the|a|one|some|batter)|choking|choked|electrocuted|electric shock|carbon monoxide|gas leak|smell (?:of )?gas|(?:caught|on|catch|catching) fire|explod(?:ed|ing)|exploded|burst into flames|medical emergency|severe(?:ly)? (?:pain|bleeding|burn(?:ed|s|t)?|rash|injur(?:y|ed|ies))|call (?:911|112|999)"),
            mood(3.4, "(?:burn(?:ed|t)|injured|cut|hurt|scalded) (?:my|his|her|our|me|him|myself|badly)|(?:is|was|am|i'm|got|been|son|daughter|child|baby) (?:[a-z]+ )?(?:bleeding|injured|vomiting|ill from|sick from|burned|burnt|scalded)|food poisoning|(?:smoke|smoking|sparks|sparking) (?:coming|from|out|is|and)|overheat(?:ed|ing|s) and|melted|rash|swelling|swollen|made (?:me|him|her|us|my [a-z]+) (?:ill|sick)|out of (?:my )?(?:insulin|medication|inhaler|epipen)|need(?:s)? (?:my|his|her) (?:medication|medicine|insulin|inhaler)|broken glass in|mou?ld in|pregnan(?:t|cy)[^.!?\n]{0,30}(?:safe|risk|danger)|side effects?"),
        ],
    )
    .unless("cut (?:my|her|his) (?:hair|losses|order|plan)|cut (?:me|him|her|us) off|chok(?:ing|ed) (?:our|the|my) [a-z]+|fire (?:tv|stick|pit|tablet|place|sale)|hospital (?:bed|gown|gift|parking)|hurts? my (?:wallet|eyes|feelings|business)|(?:cases?|deals|sales?|offer) (?:on|is on) fire|(?:i'm|i am|you're|you are) on fire|first aid kit|rash (?:guard|vest|decision)|poison ivy|is it (?:safe|allergen)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cue::check;

    #[test]
    fn self_harm_table() {
        check(
            SignalKind::SelfHarm,
            &[
                "I want to kill myself",
                "I don't want to live anymore",
                "sometimes I think about suicide",
                "I just want to end it all",
                "I'd be better off dead",
            ],
            &[
                "this wait is killing me",
                "I loved Suicide Squad",
                "I cut myself on the broken lid",
                "dying to get my new phone",
            ],
        );
    }

    #[test]
    fn violence_table() {
        check(
            SignalKind::Violence,
            &[
                "I'm going to kill you",
                "I will burn your office down",
                "the driver pushed me",
                "he threatened to hurt me",
                "I know where you live",
            ],
            &[
                "can you beat their price?",
                "Do you sell bath bombs?",
                "kill the app and restart it",
                "I'll shoot you an email",
                "hit me back when you can",
            ],
        );
    }

    #[test]
    fn medical_table() {
        check(
            SignalKind::Medical,
            &[
                "I had an allergic reaction to the cream",
                "The charger caught fire",
                "my son swallowed a battery",
                "I can't breathe",
                "The lamp gave me an electric shock",
                "it burned my hand",
            ],
            &[
                "I bought a Fire TV stick",
                "I'm on fire! Next question, please",
                "This price hurts my wallet",
                "Is it safe for kids?",
                "I cut my order in half",
                "then they just cut me off in chat",
            ],
        );
    }
}
