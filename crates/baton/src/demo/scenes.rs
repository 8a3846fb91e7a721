//! What simulated customers come for. Own sentences, about the shop's own articles, orders and troubles.

/// One customer's lines, said one after the other as answers arrive.
#[derive(Debug)]
pub(crate) struct Scene {
    /// How often it is chosen, against the others.
    pub(crate) weight: usize,
    pub(crate) lines: &'static [&'static str],
    /// Whether they take the offer of a person.
    pub(crate) takes_offer: bool,
    /// Said to a person, one after each reply.
    pub(crate) to_human: &'static [&'static str],
    /// Stars given at the end; 0 gives none.
    pub(crate) stars: u8,
    /// Leaves while waiting.
    pub(crate) leaves: bool,
}

const ROUTINE: Scene =
    Scene { weight: 3, lines: &[], takes_offer: false, to_human: &["Thank you."], stars: 0, leaves: false };

/// `{order}` becomes the customer's order number.
pub(crate) const SCENES: &[Scene] = &[
    Scene { lines: &["Hi there", "How long does standard delivery take?", "Great, thank you."], ..ROUTINE },
    Scene { lines: &["What does express shipping cost?", "And do you ship to Norway?", "Thanks, bye"], ..ROUTINE },
    Scene {
        lines: &[
            "How many days do I have to return a jacket?",
            "Do I need the original box to send it back?",
            "Perfect, thanks",
        ],
        ..ROUTINE
    },
    Scene { lines: &["Hello", "Which size fits a chest of 100 cm?", "Thank you"], ..ROUTINE },
    Scene { lines: &["How do I wash my rain jacket?", "Can I tumble dry wool too?", "Good to know, thanks"], ..ROUTINE },
    Scene { lines: &["Where can I download my invoice?", "Thanks"], ..ROUTINE },
    Scene {
        lines: &["How long is a gift card valid?", "Where can I check the balance of my gift card?", "Thank you so much"],
        ..ROUTINE
    },
    Scene { lines: &["I forgot my password", "Thanks, that worked"], ..ROUTINE },
    Scene { lines: &["Can I change the delivery address of my order?", "Okay, thanks"], ..ROUTINE },
    Scene { lines: &["Is there a student discount?", "Nice, thank you"], ..ROUTINE },
    Scene {
        weight: 4,
        lines: &[
            "Hi, I was charged twice for order {order}.",
            "No, it is booked twice, it is not a reservation. I checked with my bank.",
            "Please let me talk to a person about this.",
        ],
        takes_offer: true,
        to_human: &["Yes, 89.90 EUR twice, on Monday and on Tuesday.", "That is good to hear, thank you."],
        stars: 5,
        leaves: false,
    },
    Scene {
        weight: 4,
        lines: &[
            "My refund for order {order} still has not arrived.",
            "It has been three weeks. This is unacceptable, I am really angry now.",
        ],
        takes_offer: true,
        to_human: &[
            "It went back on the 3rd, I have the receipt from the parcel shop.",
            "All right. Thank you for taking care of it.",
        ],
        stars: 4,
        leaves: false,
    },
    Scene {
        weight: 3,
        lines: &[
            "I want to order 40 jackets for our sailing school. Can you give me a better price than the one on the page?",
            "Fifteen percent off would do.",
        ],
        takes_offer: true,
        to_human: &["Forty in size L, navy, by the end of the month.", "That sounds fair, thank you."],
        stars: 5,
        leaves: false,
    },
    Scene {
        weight: 3,
        lines: &[
            "The strap of my Heron backpack tore after two weeks and your warranty form rejects my photos.",
            "I tried that already, it still does not work.",
            "This does not help me at all.",
        ],
        takes_offer: true,
        to_human: &["Order {order}, the left strap, right at the seam.", "Perfect, thanks a lot."],
        stars: 5,
        leaves: false,
    },
    Scene {
        weight: 3,
        lines: &["Can I talk to a human please?"],
        takes_offer: true,
        to_human: &[
            "I moved house and the parcel of order {order} is on its way to my old address.",
            "Great, that solves it. Thanks!",
        ],
        stars: 4,
        leaves: false,
    },
    Scene {
        weight: 2,
        lines: &[
            "Does the membrane contain anything that people with a latex allergy should avoid?",
            "I need to be sure, could somebody find out?",
        ],
        takes_offer: true,
        to_human: &["It is for my daughter, she reacts strongly.", "Thank you for checking."],
        stars: 5,
        leaves: false,
    },
    Scene {
        weight: 2,
        lines: &[
            "You ruined my birthday present! Order {order} came with the wrong name embroidered on it.",
            "This is the worst service I have ever had. I want to file a complaint.",
        ],
        takes_offer: true,
        to_human: &["It says Dora, it should say Nora.", "Okay. I appreciate that."],
        stars: 3,
        leaves: false,
    },
    Scene {
        weight: 2,
        lines: &["Do you rent out tents?", "Hm, no, I wanted to rent one."],
        takes_offer: false,
        to_human: &["Never mind, thanks."],
        stars: 0,
        leaves: false,
    },
    Scene {
        weight: 1,
        lines: &["I would like to speak to somebody about my order {order}."],
        takes_offer: true,
        to_human: &["I am back. It is about the colour.", "Thanks."],
        stars: 0,
        leaves: true,
    },
];

/// What a person writes first when the package has no draft.
pub(crate) const OPENINGS: &[&str] = &[
    "I have read what you wrote, so you need not repeat anything. Let me look at your order for a moment.",
    "Thank you for your patience. I see what happened and I am on it.",
    "I have your case in front of me. One short question so that I do the right thing: is there anything you would like to add?",
];

pub(crate) const REPLIES: &[&str] = &[
    "I have put it right: you will get a confirmation by e-mail within the hour.",
    "Done. It is booked, and I have added a note so that nobody asks you again.",
    "I have checked it with the workshop, and we will take care of it at our cost.",
    "I have arranged it. You will see it in your account by tomorrow.",
];

pub(crate) const CLOSINGS: &[&str] =
    &["I am glad that we could settle this. Write to us any time.", "That is all from my side. Have a good day."];
