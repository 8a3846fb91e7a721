//! What experienced people do first, per issue class. Drafts use only what is known: `{order}` becomes "your order A-1042"
//! or "your order", `{status}` a sentence from the order's record or nothing.
//!
//! To add a class: a `Play` with its aliases; to add a step: a `Move`. A draft never promises an outcome or a time.

#[derive(Debug)]
pub(super) struct Play {
    pub(super) class: &'static str,
    aliases: &'static [&'static str],
    pub(super) moves: &'static [Move],
}

#[derive(Debug)]
pub(super) struct Move {
    pub(super) text: &'static str,
    pub(super) rationale: &'static str,
    pub(super) draft: &'static str,
}

pub(super) const PLAYS: [Play; 7] = [
    Play {
        class: "refund",
        aliases: &["refund", "return", "exchange", "warranty"],
        moves: &[
            Move {
                text: "Check whether the refund is due under the policy, then say yes or no with the reason",
                rationale: "Refund requests are settled fastest by a clear decision.",
                draft: "I'm checking the refund for {order} now and will tell you here what I find.{status}",
            },
            Move {
                text: "Offer a replacement or an exchange if the item is available",
                rationale: "Some customers prefer the item to the money.",
                draft: "Would a replacement for {order} help you as well, or do you prefer the refund?",
            },
        ],
    },
    Play {
        class: "delivery",
        aliases: &["delivery", "shipping", "order", "tracking", "shipment", "parcel"],
        moves: &[
            Move {
                text: "Look up the parcel with the carrier and tell the customer where it is",
                rationale: "They want to know where it is before anything else.",
                draft: "I'm looking up {order} with the carrier now.{status} I'll tell you here what they say.",
            },
            Move {
                text: "If the parcel is lost or late, offer to send it again or to refund it",
                rationale: "A choice restores trust.",
                draft: "If {order} cannot be found, would you like us to send it again, or would you prefer your money back?",
            },
        ],
    },
    Play {
        class: "billing",
        aliases: &["billing", "payment", "invoice", "charge", "price"],
        moves: &[
            Move {
                text: "Compare the charge with the order and the invoice",
                rationale: "Most billing questions end when both sides look at the same line.",
                draft: "I'm comparing the charge with {order} now and will show you what it is for.{status}",
            },
            Move {
                text: "If the charge is wrong, start the correction and send a corrected invoice",
                rationale: "The customer needs the paper too.",
                draft: "If the charge is wrong, I will correct it and send you the corrected invoice.",
            },
        ],
    },
    Play {
        class: "account",
        aliases: &["account", "login", "access", "password", "security", "profile"],
        moves: &[
            Move {
                text: "Verify the customer's identity, then restore access",
                rationale: "Access goes only to the owner of the account.",
                draft: "I'd like to get you back into your account. May I first ask you to confirm the e-mail address that it is under?",
            },
            Move {
                text: "Check recent sign-ins for anything unusual",
                rationale: "Trouble signing in can be the trace of somebody else.",
                draft: "I'm checking the recent sign-ins to your account to make sure that everything is in order.",
            },
        ],
    },
    Play {
        class: "technical",
        aliases: &["technical", "product", "bug", "support", "device", "tech", "defect", "software", "hardware"],
        moves: &[
            Move {
                text: "Reproduce the problem with the customer's own steps, skipping what the AI already tried",
                rationale: "Being sent through the same steps again is what customers mind most.",
                draft: "I've read what you have tried already, so we can skip that. What do you see right now?",
            },
            Move {
                text: "If it cannot be fixed here, arrange a replacement or a repair",
                rationale: "A defect that stays needs a way out.",
                draft: "If we cannot get it to work together, I'll arrange what comes next with you here.",
            },
        ],
    },
    Play {
        class: "cancellation",
        aliases: &["cancellation", "cancel", "subscription", "contract", "termination"],
        moves: &[
            Move {
                text: "Confirm what is to be cancelled and from when, then cancel it",
                rationale: "A cancellation that is made hard becomes a complaint.",
                draft: "I can take care of the cancellation. May I confirm that this is about {order}?",
            },
            Move {
                text: "Ask once what led to it, and note the answer",
                rationale: "It is the cheapest research there is.",
                draft: "If you like, tell me what led to it: it helps us to do better.",
            },
        ],
    },
    Play {
        class: "sales",
        aliases: &["sales", "pricing", "negotiation", "quote", "discount"],
        moves: &[
            Move {
                text: "Find out which terms you may grant, then make one clear proposal",
                rationale: "Bargaining in small steps tires both sides.",
                draft: "I'm looking at what I can do for you on {order} and will come back here with one clear proposal.",
            },
            Move {
                text: "Ask what matters most: price, time or terms",
                rationale: "It widens what you can offer.",
                draft: "So that I propose the right thing: what matters most to you here, the price, the timing or the terms?",
            },
        ],
    },
];

pub(super) const GENERAL: [Move; 2] = [
    Move {
        text: "Say back what the customer needs in one sentence, then say what you do next",
        rationale: "It shows that nothing has to be repeated.",
        draft: "I've read the whole conversation and I'm looking into it now.{status}",
    },
    Move {
        text: "Ask for the one fact that is missing, if any",
        rationale: "One question at a time is answered fastest.",
        draft: "Is there anything that I should know beyond what you have written?",
    },
];

/// The playbook class of a workspace's own issue class.
pub(super) fn class_of(issue_class: &str) -> Option<&'static str> {
    let folded = super::words::fold(issue_class);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).collect();
    PLAYS
        .iter()
        .find(|p| words.iter().any(|w| p.aliases.iter().any(|a| w == a || w.strip_suffix('s') == Some(a))))
        .map(|p| p.class)
}

pub(super) fn moves_of(class: &str) -> &'static [Move] {
    PLAYS.iter().find(|p| p.class == class).map_or(&GENERAL, |p| p.moves)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspaces_own_names_find_their_playbook() {
        assert_eq!(class_of("Billing & Payments"), Some("billing"));
        assert_eq!(class_of("order_tracking"), Some("delivery"));
        assert_eq!(class_of("returns"), Some("refund"));
        assert_eq!(class_of("border control"), None);
    }

    #[test]
    fn drafts_name_no_number_and_no_machine() {
        for m in PLAYS.iter().flat_map(|p| p.moves).chain(&GENERAL) {
            assert!(
                !m.draft.chars().any(char::is_numeric)
                    && !m.draft.contains('!')
                    && !m.draft.to_lowercase().contains("agent"),
                "{}",
                m.draft
            );
        }
    }
}
