//! The wish to reach a person: direct, polite or indirect. Talking *about* people is not one.
//!
//! English is a small grammar of who (`words`) and how (below); the other languages of the sentiment benchmark have their
//! own native phrasings in `languages`. To add a phrasing, add a row to the tests first, then a cue or a veto.

mod languages;
#[cfg(test)]
mod tests;
mod words;

use baton_model::SignalKind;
use words::{ADVERB, ARTICLE, BOT, PERSON, REACH, ROLE, TALK, TALKING};

use crate::cue::{Cue, Detector, cue, raw_cue};

pub(crate) fn wants_human() -> Detector {
    let mut cues = asking();
    cues.extend(declining_the_bot());
    cues.extend(languages::cues());
    Detector::new(SignalKind::WantsHuman, cues).unless(&vetoes())
}

/// Asks for somebody.
fn asking() -> Vec<Cue> {
    let it = "(?:me|us|this|it|my (?:case|issue|request|ticket|complaint|call|problem|chat)|this (?:case|issue|chat|conversation|call|ticket)|the (?:chat|call|conversation))";
    let talk_to = format!("(?:{TALK}|{TALKING}){ADVERB} (?:to|too|with|2|w) ?(?:{ARTICLE} )?{PERSON}");
    let talk_role = format!("(?:{TALK}|{TALKING}){ADVERB} (?:{ARTICLE} )?{ROLE}");
    let talk_to_any = format!(
        "(?:want|wanna|like|love|need|wish|prefer|can i|could i|may i|let me|trying|allow me|rather|possible)(?: to)? (?:speak|talk|chat|have a (?:chat|word|call)|have a quick (?:chat|word|call)){ADVERB} (?:to|with) (?:the|your|one of your|some of your|any of your|someone in|somebody in) [a-z]+|let me (?:speak|talk|chat){ADVERB} (?:to|with) [a-z]+|(?:transfer|connect|patch|redirect|forward) me(?: (?:through|over|straight|directly|now|please))* (?:to|with) (?:the|your|an?|our) [a-z]+"
    );
    let reach = format!(
        "(?:{REACH}){ADVERB} (?:{ARTICLE} )?{PERSON}|(?:call|calling|phone|message|consult|connect|see) (?:{ARTICLE} )?{ROLE}"
    );
    let hand_me = format!(
        "(?:put|pass|hand|switch|forward|transfer|connect|redirect|direct|escalate|send|refer|route|assign|move|bring|patch|link|get)(?:ing)? {it}(?: (?:through|thru|over|on|up|off|now|directly|in|in touch|in contact|straight|back|please))* (?:to|with) (?:{ARTICLE} )?{PERSON}"
    );
    let hand_over = format!(
        "(?:transfer|connect|redirect|forward|refer|handoff|hand off|handover|hand over|escalate|escalation|switch)(?:ing)?(?: (?:chat|call|conversation))? to (?:{ARTICLE} )?(?:{ROLE}|real person|live person|person)"
    );
    let give_me =
        format!("(?:give|get|find|fetch|bring|show|send|gimme|getme)(?: me| us)? (?:{ARTICLE} )?(?:{ROLE}|person)");
    let want_role = format!(
        "(?:i|we|id|i'd|ill|i'll)(?: would| do| really| just| will|'d|'ll)* (?:want|wants|wanna|wanted|need|like|demand|prefer|require|request|insist on|ask for|rather have|expect)(?: to (?:have|get|see|reach|use))?(?: {ARTICLE})? {ROLE}"
    );
    let bare_want = format!(
        "(?:^|[.,!?;] ?)(?:just |still )?(?:want|need|wanna|require|requesting|looking for|asking for)(?: {ARTICLE})? {ROLE}"
    );
    let alone = format!(
        r"^[^a-zA-Z0-9]*(?:(?:please|pls|plz|ok|okay|no|nope|just|hi|hello|hey|get|want|need|yes|yeah|bot|wrong|sorry|so|then|ask|for|to|with|help|a|the|i|me) ?,? ?)*(?:{ARTICLE} )?(?:{ROLE}|person|real people|someone real|hand ?off|hand ?over|live chat)(?:[ ,]+(?:please|pls|plz|now|asap|thanks|thank|you|thx|right|immediately|required|needed|wanted|help|assistance|chat|here|only|not|bots?|for|me))*[^a-zA-Z0-9]*$"
    );
    let role_please = format!(
        "(?:{ROLE}|(?:[a-z]+ )?(?:team|department|desk|reception|someone|somebody))(?: ?, ?| )(?:please|pls|plz)[^a-zA-Z0-9]*$"
    );
    let role_now = format!("{ROLE}(?: ?, ?| )(?:now|immediately|asap|right now|required|needed)");
    let is_there = format!(
        "(?:is|are|isn't|isnt|aren't|if) (?:there|their|theres|there is|there are|there's)(?: (?:a|an|any|some|no|not|even|maybe))*(?: (?:real|actual|live|human|way to {TALK}|chance (?:to|of|i can)|option to|possibility to)| (?:to|with)| (?:a|an))* {PERSON} (?:[a-z']+ ){{0,5}}(?:i can|i could|i may|i might|who can|who could|that can|that could|we can|available|there|here|to {TALK}|to help|to call|else|around|online|on duty|reading)"
    );
    let have_people = format!(
        "do (?:you|u|they)(?: guys| even| actually)* (?:have|employ|offer|provide)(?: {ARTICLE}| any actual| some)? {ROLE}"
    );
    let can_person = format!(
        "(?:can|could|will|would|may|might|have|let|please have|get|want|need|like|prefer|if|should|when will|why (?:can't|won't|doesn't))(?: for)? (?:(?:{ARTICLE} )?(?:(?:real|actual|live|human|different|senior) )*(?:person|human(?: being)?|agents?|manager|supervisor|representative|rep|operator|colleague|specialist|adviser|advisor|staff member|team member|member of (?:your |the )?(?:team|staff))|someone from [a-z ]{{2,20}}|somebody from [a-z ]{{2,20}}|one of your (?:team|staff|people|colleagues|agents)) (?:[a-z]+ ){{0,2}}(?:call|contact|ring|phone|help|assist|look|get back|reach out|take over|takes over|took over|step in|handle|handles|handled|review|deal|speak|talk|answer|join|sort|explain|check|respond)"
    );
    let call_me = "(?:can|could|will|would|have|get|let|need|want|like|if|may|might) (?:someone|somebody|anyone|anybody)(?: [a-z]+){0,6} (?:(?:call|phone|ring|contact|speak to|speak with|talk to|talk with|get back to|reach out to|get in touch with)(?: me| us)|take over|step in|reach out|get in touch|call back)|(?:can|could) (?:someone|somebody) (?:please |just )?(?:call|ring|phone)|(?:someone|somebody)(?: [a-z]+){0,4} (?:could|can|would|might|may)(?: [a-z]+){0,3} (?:call|ring|phone|contact|speak to|talk to|get back to) (?:me|us)";
    let help_from = format!(
        "(?:help|assistance|support|answers?|advice|reply|response|call|callback|call back|message|email|contact|attention|chat|conversation)(?: [a-z]+){{0,2}} (?:from|by|with|of) (?:{ARTICLE} )?{ROLE}"
    );
    let from_role = format!(
        "(?:ask|get|hear|receive|request|demand|want|prefer)(?: [a-z]+){{0,5}} (?:from|by) (?:{ARTICLE} )?(?:real |actual |live |human )*(?:agent|human(?: being)?|person|representative|manager|supervisor|operator|advis[oe]r|member of (?:your |the )?staff)"
    );
    let who = "who (?:else )?(?:can|could|do|should|would|must|might) (?:i|we) (?:speak|talk|chat|turn|complain|escalate)(?: [a-z]+){0,3} (?:to|with)";
    vec![
        cue(5.6, &talk_to),
        cue(4.6, &talk_role),
        cue(4.4, &talk_to_any),
        cue(4.6, &reach),
        cue(5.6, &hand_me),
        cue(4.6, &hand_over),
        cue(5.2, &give_me),
        cue(5.2, &want_role),
        raw_cue(4.6, &bare_want),
        raw_cue(5.6, &alone),
        raw_cue(4.6, &role_please),
        cue(4.4, &role_now),
        cue(4.6, &is_there),
        cue(4.0, &have_people),
        cue(4.4, &can_person),
        cue(4.2, call_me),
        cue(
            4.0,
            "(?:can|could|would|will|may|let|is there|want|need|prefer|like|rather) (?:[a-z]+ ){0,3}?(?:someone|somebody|anyone|anybody) else(?: (?:please|now|instead|here|take|look|help|deal|handle|to help|to deal|check|answer|speak|talk|do this|who|that can))|(?:can|could|would) (?:someone|somebody) else",
        ),
        cue(
            4.2,
            "(?:someone|somebody|anyone|anybody|a person|one person|people)(?: [a-z]+){0,3} (?:to|i can|i could|we can|we could|i may|who can|that can) (?:talk|speak|chat) (?:to|with)",
        ),
        cue(
            4.2,
            "(?:get|put|have|bring)(?: [a-z]+){1,4} on the (?:line|phone)|transfer (?:this|the|my) (?:call|chat|conversation)",
        ),
        raw_cue(
            4.2,
            "(?:i|we|id|i'd) (?:just |really |would )?(?:want|need|like|demand|prefer) (?:an? )?(?:person|someone|somebody)(?: to (?:talk|speak|help|call|look|assist|handle|fix)| please| now| here| instead|[.,;!?]|[^a-zA-Z0-9]*$)",
        ),
        cue(3.8, &help_from),
        cue(4.2, &from_role),
        cue(3.3, who),
        cue(2.5, "who (?:can|could|do|should) (?:i|we) (?:contact|call|ring|phone|reach)"),
        cue(
            4.2,
            "(?:get|have|put|bring)(?: me| us)? (?:someone|somebody)(?: else| real| competent| senior)? (?:on|to (?:help|talk|speak|look|call|explain|assist|fix|sort|deal|contact|answer|reply)|from|who|that|else|in here|here|now|please|involved)",
        ),
        cue(
            4.4,
            "(?:escalate|escalating) (?:this|it|me|my (?:case|issue|ticket|complaint|request|problem))|transfer me|put me through|patch me through|put me on to|get me out of this bot",
        ),
        cue(
            4.2,
            "(?:real|actual|live|living|human|breathing) (?:person|people|human(?:s| being)?|agents?|being|reps?|representatives?|operators?|advis[oe]rs?|support|assistance|assistant|help|interaction|contact|eyes|intervention|touch|voice|customer service|customer support|staff)",
        ),
        cue(
            3.2,
            "(?:please |can you |could you |can u |just )(?:call|phone|ring) (?:me|us)(?: back)?(?: (?:please|now|today|asap|tomorrow))?[^a-zA-Z]*$|(?:call|phone|ring) me (?:back|asap|now|today|tomorrow|immediately|urgently|about|regarding|as soon)|give me a (?:call|ring)|(?:request|want|need|like|get|have|arrange|schedule|book) a (?:call ?back|phone call|call from|call with)",
        ),
        cue(
            3.2,
            "(?:phone )?number (?:i can|to|where i can|that i can) (?:call|ring|dial|reach)|how (?:do|can) i (?:call|phone) (?:you|someone|customer (?:service|support))",
        ),
        cue(
            3.4,
            "(?:someone|somebody)(?: who is| who's)?(?: a)? (?:real|human|who can (?:actually|really)|with (?:more )?authority|higher up|in charge|more senior|competent|who knows|who understands|more knowledgeable|responsible)",
        ),
        cue(
            3.2,
            "(?:rather|prefer|better|easier|want|like|love|need|possible|can i|could i|how about) (?:[a-z]+ ){0,5}?(?:over the phone|by phone|on the phone|by telephone)",
        ),
        cue(
            1.8,
            "(?:can|could) (?:someone|somebody|anyone|anybody)(?: [a-z]+){0,2} (?:help|assist|look|check|explain|fix|sort)",
        ),
        cue(
            1.6,
            "you(?:'re| are)(?: just)? an? (?:bot|robot|machine|ai)|are you (?:a )?(?:real|human|bot|robot|person|machine)",
        ),
    ]
}

/// Wants an end of the machine.
fn declining_the_bot() -> Vec<Cue> {
    let not_with = format!(
        "(?:don't|do not|dont|not|won't|wont|wouldn't|never|refuse to|can't|cannot|cant|why (?:am i|do i have to|should i|must i))(?: [a-z]+){{0,2}}? (?:want|wanna|going|willing|like|feel|trust|comfortable|discuss|discussing|talk|talking|speak|speaking|chat|chatting|deal|dealing|share|sharing|give|giving|explain|explaining)(?: [a-z]+){{0,6}}? (?:to|with|by|from|another) (?:(?:an?|these|this|any|some) )?{BOT}|(?:don't|do not|dont) want (?:another|an?|this) {BOT}"
    );
    let dislike = format!(
        "(?:don't like|do not like|dont like|don't want|do not want|dont want|don't trust|dont trust|can't stand|cant stand|hate|dislike|despise|loathe|fed up with|tired of|sick of|enough of|enough with|done with|no more|stop with|not a fan of)(?: (?:talking|speaking|chatting|dealing|wasting|to|with|time|the|this|these|your|automated|a|an|any|all|stupid|dumb|talk|speak|chat))* {BOT}"
    );
    let stop = format!(
        "(?:stop|quit|end|done|enough)(?: (?:talking|speaking|chatting|dealing|of|to|with|the|this|these|your|automated|a|stupid))+ {BOT}"
    );
    let waste = format!("wast(?:e|ing|ed)(?: [a-z]+){{0,5}} (?:to|with|on|by) (?:an? |this |your |the |some )?{BOT}");
    let rather = format!(
        "(?:instead of|rather than|and not|, not|but not|other than) (?:talking to |speaking to |chatting with |with |to )?(?:an? |this |your |the |some |another )?{BOT}"
    );
    let hopeless = format!(
        "(?:this|the|your|ur|that) {BOT} (?:is|are|s|isn't|is not|does|doesn't|does not|can't|cannot|has|keeps)(?: (?:so|just|really|very|absolutely|completely|totally|too|a|an|all|getting|being))* (?:stupid|dumb|useless|hopeless|terrible|awful|rubbish|garbage|crap|trash|shit|horrible|ridiculous|idiot|joke|annoying|wrong|no (?:help|use|good)|waste|help(?:ing|ful)?|work(?:ing)?|understand(?:ing)?|listen(?:ing)?|answer(?:ing)?)"
    );
    vec![
        cue(3.4, &hopeless),
        cue(3.4, &not_with),
        cue(3.4, &dislike),
        cue(3.4, &stop),
        cue(3.2, &waste),
        cue(3.2, &rather),
        cue(
            3.3,
            "(?:don't|do not|dont|no longer|never|not) (?:want to|wanna|wish to|like to|going to|care to) (?:talk|speak|chat) (?:to|with) (?:you|u|this thing)(?: any ?more| again)?",
        ),
        cue(
            3.2,
            "this (?:conversation|chat|talk) (?:is|isn't|is not|isnt)(?: just| really)?(?: (?:not|going|getting|leading))* ?(?:working|nowhere|us anywhere|me anywhere|anywhere|pointless|useless|a waste of time|helping|helpful)",
        ),
    ]
}

/// What looks like a request and is none.
fn vetoes() -> String {
    let person = "(?:person|human(?: being)?|agents?|anyone|someone|somebody|anybody|people|humans|representatives?|reps?|manager|operator|advis[oe]r|supervisor|customer (?:service|support|care))";
    [
        // Indirect speech: the agent is to be asked something, here or by somebody.
        "(?:ask|asking|asked|check with|tell)(?: (?:to|with))? (?:an?|the|your|my|any|some|one of your)(?: [a-z]+)? (?:agents?|assistants?|rep|representatives?|manager|operator|person|people|advisor|adviser|human|staff|team)(?: [a-z]+)? (?:how|what|about|to|if|whether|why|when|where|for|which|who|that|can|could)[^.!?\n]*".to_owned(),
        // What people did.
        "(?:the|your|one of your|last|previous|that|this|my|another|an?|some|first|second|other) (?:[a-z]+ ){0,2}?(?:agent|rep|representative|manager|operator|person|advisor|adviser|supervisor|human|someone|employee|guy|lady|woman|man|colleague) (?:i (?:spoke|talked|chatted|dealt|called|had)|who (?:told|said|helped|delivered|was|answered|sold|took|called|came)|told|said|says|promised|mentioned|advised|informed|assured|explained|was|had|did|didn't|gave|helped|hung|never|claimed|refused|is (?:rude|very|so|not|being|coming|late))".to_owned(),
        format!("(?:i|we)(?:'ve| have|'d| had)?(?: (?:already|just|previously|also|recently|once))* (?:spoke|spoken|talked|chatted|dealt|was (?:talking|speaking|transferred|connected))(?: (?:to|with))? (?:an?|the|your|one of your|some)? ?(?:[a-z]+ )?{person}(?: (?:yesterday|today|earlier|before|last|on|already|about|who|and|this))"),
        // Other people.
        "(?:travel|estate|real estate|insurance|booking|letting|cleaning|user|ticket|gate|free|secret|customs|mortgage|shipping|purchasing|talent|literary|press) (?:agents?|agency|agencies)|agents? (?:nearby|near|close|around|in my|fees?|commission|number|id|code|portal|login|training|manual)".to_owned(),
        "(?:product|project|bank|property|password|task|file|device|download|office|general|package|window|dialogue|dialog|conversation|account) managers?(?: (?:app|software|tool|for|do|does|that))".to_owned(),
        "(?:my|our|his|her|their) (?:[a-z]+ )?(?:agents?|manager|boss|supervisor|person|team|staff|employees?|colleagues?|people|assistant|friends?|wife|husband|mother|father|doctor)".to_owned(),
        "(?:password|project|product|file|package|task) manager".to_owned(),
        // Not wanted.
        format!("(?:don't|do not|didn't|did not|dont|no|not|never|without|needn't|hate|avoid|instead of|rather than|won't|wouldn't)(?: really| actually| even| like| necessarily| having| going)*(?: (?:want|need|have|wish|like|care|reason|point|interested|trying|looking|asking))?(?: (?:to|for|in))*(?: be)? (?:speak|talk|chat|deal|call|calling|speaking|talking|chatting|contact|contacting|transferred|connected|escalated)(?: (?:to|with))*(?: (?:an?|the|any|your|another|some))?(?: (?:real|live|human|different|actual))* {person}"),
        "(?:don't|do not|dont|never|needn't|no need|not necessary|isn't necessary|not|unnecessary)(?: (?:need|want|have|wish|like)(?: you)?)?(?: (?:to|for you to|please|ever|just))* (?:transfer|connect|put|pass|hand|escalate|forward|redirect|switch|transferring|escalating|call) (?:me|us|it|this|my [a-z]+)(?: (?:through|over|off|on|up|to|with|an?|the|your|any|another|someone|anyone|real|live|human|person|agent|representative|manager|customer|service))*".to_owned(),
        format!("(?:don't|do not|didn't|dont|doesn't) (?:really |actually |even )?(?:want|need|like|require) (?:to (?:see|have|get|involve) )?(?:an?|the|any|your|another|some)? ?(?:real |live |human |actual )*{person}"),
        format!("(?:no|not|without)(?: need| reason)?(?: for)?(?: an?| any)? (?:real |live |human |actual )*{person}(?: (?:needed|required|necessary|involved))?"),
        format!("(?:do|will|would|must|did|should|does) (?:i|we|one) (?:really |actually )?(?:have|need) to (?:speak|talk|chat|call|contact)(?: (?:to|with))? (?:an?|the)? ?(?:[a-z]+ )?{person}"),
        // What somebody is, or is asked to be.
        "(?:are|is|r|am|i'm|im|you're|youre|ur|he's|she's|it's|was|were) (?:you |u |this |that |i |it )?(?:really |actually |just |even |only |also |not |still |n't |maybe |sure you're |both )*(?:(?:talking|speaking|chatting|texting|interacting|conversing|dealing|communicating) (?:to|with) )?(?:an? |the |some )?(?:real |actual |live |living |human |proper |genuine )*(?:person|human(?: being)?s?|people|agent|representative|rep|operator|manager|someone|somebody|customer (?:service|support|care)|live agent|human)".to_owned(),
        "(?:ai|bot|robot|computer|machine|chatbot|program)(?: right now| here)? or (?:an? |the )?(?:real |actual |live |living )*(?:person|human(?: being)?|agent|operator)|are you an? live being|nearby agents?|(?:i'm|im|i am|we're|we are) not (?:an? )?(?:bots?|robots?|machines?)|(?:had|having) (?:[a-z]+ ){0,3}(?:chat|word|call|conversation) with (?:[a-z]+ ){0,4}(?:agents?|representatives?|team|person|someone|people)".to_owned(),
        "(?:become|be|becoming|being|as|work as|hire|hiring|sound like|sounds like|act like|behave like|think like|pretend to be) an? (?:[a-z]+ )?(?:agents?|representative|operator|manager|supervisor|human(?: being)?|person)".to_owned(),
        "human (?:errors?|rights|nature|body|hair|resources?|beings? (?:are|is|have|can)|history|language|race|readable|trafficking|genome|brain|mind|like|level)".to_owned(),
        "(?:connect|transfer|redirect|forward|patch) me (?:to|with) (?:the |your |a |my )?(?:wi ?fi|internet|network|website|web|page|link|list|app|account|savings|bot|other|correct|right|next|server|vpn)|(?:speak|talk|chat|speaking|talking|chatting)(?: to| with)? (?:the|your) (?:point|bot|chatbot|robot|machine|ai|computer|app|device|police|seller|owner of|bank|doctor|court)|let me (?:talk|speak|chat) (?:to|with) (?:him|her|them|it|you|my|our|myself)|transfer me (?:the |my |some |your )?(?:money|funds|cash|payment|balance|[0-9$£€]+)".to_owned(),
        // How it is done, not a wish for it now.
        "(?:implement|integrate|build|configure|set ?up|add|enable|support|code|create|design|develop|train|test|trigger|use|using|about|feature|documentation|docs|tutorial)(?:ing)?(?: [a-z]+){0,3} (?:human )?(?:hand ?off|hand ?over|hand off|escalation|takeover)(?: [a-z]+)?".to_owned(),
    ]
    .join("|")
}
