//! English: the frames people put around what a post should say.

use std::sync::LazyLock;

use regex::Captures;

use super::english_words::{is_clause, spelled, to_reader};
use super::questions::direct_question;
use super::{Make, Read, Rule, WishKind, compiled, group};

/// Whom a post speaks to.
const AUDIENCE: &str = "(?:(?:all|any|both) (?:of )?)?(?:(?:our|the|my|your|these) )?(?:(?:dear|lovely|loyal|\
    regular|new|local|online) )?(?:people|everyone|everybody|every one|folks?|all|anyone|anybody|them|they|y'?all|followers|customers|guests|members|\
    community|readers|neighbou?rs|audience|fans|visitors|students|parents|users|clients|patients|subscribers|\
    friends|volunteers|team|runners|players|families|kids|children|residents|locals|public|supporters|donors|\
    riders|listeners|crowd|world|internet|town|village|street|group|club|class|lot|regulars|mums|dads|owners|passengers|shoppers|drinkers|swimmers|cyclists|teachers|staff)\
    (?: (?:all|here|there|out there|online|on here))?";

/// How a wish is put politely.
const POLITE: &str = "(?:(?:hi|hey|hello|ok|okay|so|and|now|also|then|maybe|lumen|please|pls|plz|kindly|just|quickly|quick one|can you|could you|would you|\
    will you|can we|could we|may we|would you mind|you should|we should|we need to|i need to|i need you to|we need you to|i want to|i want you to|we want to|we want you to|i'?d like to|i'?d like you to|\
    i would like to|i would like you to|we'?d like to|we would like to|we'?d like you to|we would like you to|let'?s|go ahead and|feel free to|time to|it'?s time to|possibly|perhaps|do|help me|help us)[,:]? )*";

const LOOK: &str = "(?:(?:quick|short|little|nice|friendly|warm|small|brief|simple|kind|polite|proper|good|\
    cheerful|cosy|cozy|sweet|casual|formal|fresh|great|heartfelt|happy|lovely|new|long|longer|one[- ]line|two[- ]line|calm|dry|plain|tiny|public|general|upbeat|lively|snappy|engaging)(?:,? and|,)? )*";

const FORM: &str = "(?:(?:social media |insta(?:gram)? |facebook |bluesky |mastodon |twitter |lens )?(?:posts?|tweets?|messages?|notes?|updates?|announcements?|texts?|\
    drafts?|captions?|lines?|notices?|reminders?|invitations?|invites?|shout-?outs?|thank[- ]?yous?|thank[- ]you (?:post|note|message)|heads[- ]up|statements?|status|thing|something|words?|few words|question|poll))";

const WRITE: &str = "(?:write|writing|type|post|tweet|draft|create|make|compose|prepare|publish|send(?: out)?|put (?:out|up|together)|put|do|\
    (?:i|we) need|(?:i|we)'?d (?:like|love)|need|give (?:me|us)|(?:can|could|may) (?:i|we) (?:have|get)|get)(?: me| us| up| out)?";

/// What has to be made up.
const INVENTION: &str = "(?:jokes?|puns?|poems?|haikus?|limericks?|rhymes?|stor(?:y|ies)|tales?|anecdotes?|riddles?|quotes?|slogans?|tips?|\
    tricks?|hacks?|ideas?|reasons?|advice|recipes?|remarks?|explanations?|guides?|how-to|thoughts?|facts?|fun facts?|comparisons?|reviews?|threads?|listicles?|one-liners?|\
    taglines?|lines?|metaphors?|dialogues?|interviews?|essays?|songs?|comments?|observations?|trivia|ways|things|myths?|lessons?)";

const INVENTED_LOOK: &str = "(?:funny|witty|humorous|hilarious|creative|clever|catchy|inspiring|inspirational|motivational|motivating|poetic|\
    amusing|silly|cheeky|dramatic|romantic|philosophical|thoughtful|deep|interesting|fun|cute|entertaining|viral|nice|lovely|beautiful|cool|smart|sarcastic|exciting|original|positive|good|great|sweet|warm|random)";

const GROUPS: &[(&str, &str)] = &[
    ("<P>", POLITE),
    ("<A>", AUDIENCE),
    ("<L>", LOOK),
    ("<F>", FORM),
    ("<W>", WRITE),
    ("<I>", INVENTION),
    ("<IL>", INVENTED_LOOK),
    ("<THAT>", "(?:that,? |how |the fact that |:[ ]?|, |- )"),
    (
        "<DET>",
        "(?:(?:a|an|the|another|one|some|our|this|any|few|a few|a couple of|\\d+|two|three|four|five|six|seven|ten) )?",
    ),
];

/// In their order: the narrow ones first.
const TABLE: &[(&str, WishKind, Make)] = &[
    // Instructions about the text itself.
    (
        r"<P>(?:(?:and )?(?:make|keep) (?:it|this|that|them) .+|(?:add|use|include|attach|with|no|without)(?: (?:an?|some|the|any|nice|our|one))* (?:emojis?|image|picture|photo|hashtags?|tags?|exclamation marks?|question at the end|call to action)(?: .*)?|(?:in|use) (?:our|a|the) (?:usual |normal |brand |friendly )?(?:tone|voice|style)|thanks|thank you|thx|cheers|ta)",
        WishKind::Announce,
        |_| Some(Read::Instruction),
    ),
    (
        r"<P><W> <DET>(?:<IL>,? )*(?:<F> )?(?:<IL> )?(?:about|on|for|with|to|of|from) (?:it|this|that|them|him|her)",
        WishKind::Invent,
        |_| Some(Read::Instruction),
    ),
    // What has to be invented, with or without a statement behind a colon.
    (
        r"<P>(?:(?:<W>|tell (?:me|us|<A>)|share|think of|come up with|invent|make up|list|suggest|find|what about|how about|name|tell|recite) )?<DET>(?:<IL>,? (?:and )?|<L>)?<IL>? ?<I>(?: (?:about|on) (?P<about>.*?)| (?:for|to|of|why|how|from|that|involving|with|and|or) .*?)?(?:[:–—] *(?P<said>.+))?",
        WishKind::Invent,
        invention,
    ),
    (
        r"<P>(?:(?:<W>|say|tell <A>|share|think of) )?(?:something|sth|anything|somethin) (?:<IL>|<L>)+ ?(?:and <IL> )?(?:about|on|for|to|regarding) (?P<about>.+)",
        WishKind::Invent,
        invented_about,
    ),
    (
        r"(?:what|how|why|where|when) (?:people|we|you|they|our|the|it|others|everyone) (?:.*[^?])",
        WishKind::Invent,
        |_| Some(Read::Instruction),
    ),
    (
        r"<P>(?:announce|post|share|publish|say|tell <A>|mention) (?:it|this|that)(?: please| now| today)?",
        WishKind::Announce,
        |_| Some(Read::Instruction),
    ),
    (
        r"<P>(?:be|sound|act) <IL> about .*",
        WishKind::Invent,
        |_| Some(Read::Instruction),
    ),
    (
        r"<P>(?:explain|describe|compare|summari[sz]e|discuss|elaborate on|teach <A>|convince <A>|persuade <A>|brainstorm|translate|imagine|analy[sz]e|argue|tell (?:me|us|<A>)? ?(?:why|how to)|(?:<W> )?(?:about )?(?:how to|why) ).*?(?:[:–—] (?P<said>.+))?",
        WishKind::Invent,
        invention,
    ),
    // "write a post …"
    (
        r"<P><W> <DET>(?:<IL>,? )*<L><F>(?: (?:for|to) <A>)?(?: about| on)? (?P<verb>announcing|telling|asking|thanking|inviting|reminding|congratulating|welcoming|wishing|saying|stating|explaining|informing|letting|warning) (?P<rest>.+)",
        WishKind::Announce,
        gerund,
    ),
    (
        r"<P><W> <DET>(?:<IL>,? )*<L><F>(?: (?:for|to) <A>)? (?:to|that|which|and|where we|where you) ?(?P<verb>announces?|tells?|asks?|thanks?|invites?|reminds?|congratulates?|welcomes?|wish(?:es)?|says?|states?|informs?|lets?|warns?) (?P<rest>.+)",
        WishKind::Announce,
        finite,
    ),
    (
        r"<P><W> <DET>(?:<IL>,? )*<L><F>(?: (?:for|to) <A>)?(?: (?:that|saying|which)|,? ?[:–—-]) *(?P<rest>.+)",
        WishKind::Announce,
        again,
    ),
    (
        r"<P><W> <DET>(?:<IL>,? )*<L>(?:<F> )?(?:for <A> )?(?:about|on|regarding|concerning|around|covering) (?P<about>.+)",
        WishKind::Announce,
        about,
    ),
    (
        r"<P><W> <DET>(?:<IL>,? )*<L><F> for (?P<about>.+)",
        WishKind::Announce,
        about,
    ),
    (
        r"<P>(?:write|post|tweet|type|put|publish|say|announce|share|state|mention|note|report|point out|add|put up|put out|confirm|make it known|make clear|make sure <A> know|let it be known)(?: out there| up| online)?(?: to <A>| here| for <A>)? <THAT>(?P<rest>.+)",
        WishKind::Announce,
        statement,
    ),
    (
        r"<P>(?:post|tweet|draft|write|share|publish)(?: this| the following| it)?: *(?P<rest>.+)",
        WishKind::Announce,
        statement,
    ),
    (r"<P><W> <DET>(?:<IL>,? )*<L><F>", WishKind::Invent, |_| {
        Some(Read::Instruction)
    }),
    (
        r"(?:something |a post |post |sth )?(?:about|on the subject of|regarding) (?P<about>.+)",
        WishKind::Announce,
        about,
    ),
    // "tell people …"
    (
        r"<P>(?:please )?(?:tell|inform|notify|advise|update|warn|assure|show|remind|let|give)?(?: <A>)?(?: know)? ?(?:that )?(?:not to) (?P<what>.+)",
        WishKind::Announce,
        |c| {
            c[0].to_lowercase().contains("tell").then(|| {
                group(c, "what")
                    .map(|what| Read::Statement(format!("Please do not {}", to_reader(what))))
            })?
        },
    ),
    (
        r"<P>(?:tell|inform|notify|advise|update|warn|assure) <A>,? to (?P<what>.+)",
        WishKind::Announce,
        |c| group(c, "what").map(|what| Read::Statement(format!("Please {}", to_reader(what)))),
    ),
    (r"<P>encourage <A> to (?P<what>.+)", WishKind::Invite, |c| {
        group(c, "what").map(|what| Read::Statement(to_reader(what)))
    }),
    (
        r"<P>(?:tell|inform|notify|advise|update|warn|assure|show) <A>,? <THAT>(?P<rest>.+)",
        WishKind::Announce,
        told,
    ),
    (
        r"<P>(?:let|make sure) <A>,? know,? <THAT>(?P<rest>.+)",
        WishKind::Announce,
        told,
    ),
    (
        r"<P>(?:tell|inform|notify|advise|update|warn) <A>,? (?:about|of|on) (?P<about>.+)",
        WishKind::Announce,
        about,
    ),
    (
        r"<P>let <A>,? know (?:about|of) (?P<about>.+)",
        WishKind::Announce,
        about,
    ),
    (
        r"<P>(?:tell|show|inform) <A>,? (?:what|when|where|how|why|who|which)\b.*?(?:[:–—] (?P<said>.+))?",
        WishKind::Invent,
        invention,
    ),
    (
        r"<P>let <A>,? know (?:what|when|where|how|why|who|which)\b.*?(?:[:–—] (?P<said>.+))?",
        WishKind::Invent,
        invention,
    ),
    (
        r"<P>(?:tell|inform|notify) <A>,? (?P<rest>.+)",
        WishKind::Announce,
        told,
    ),
    (
        r"<P>let <A>,? know,? (?P<rest>.+)",
        WishKind::Announce,
        told,
    ),
    // "thank …"
    (
        r"<P>(?:say |send |give |do |post |write )?(?:an? )?(?:big |huge |massive |warm |special |quick |many |heartfelt )*(?:thanks|thank[- ]you|shout-?out|kudos)(?: post| note| message)?,? (?:to|for) (?P<who>.+)",
        WishKind::Thank,
        |c| group(c, "who").map(|who| Read::Statement(thanks(c, who))),
    ),
    (
        r"<P>thank (?:people|everyone|everybody|them|folks|all|you all) for (?P<what>.+)",
        WishKind::Thank,
        |c| {
            group(c, "what")
                .map(|what| Read::Statement(format!("Thank you for {}", to_reader(what))))
        },
    ),
    (
        r"<P>(?:thank|express (?:our )?(?:thanks|gratitude) to) (?P<who>(?:[^y]|y[^o]|yo[^u]).+)",
        WishKind::Thank,
        |c| group(c, "who").map(|who| Read::Statement(format!("Thank you to {who}"))),
    ),
    // "congratulate …", "wish …", "welcome …"
    (
        r"<P>(?:say |send )?(?:congratulate|congrats to|congratulations to|give congratulations to) (?P<who>.+)",
        WishKind::Congratulate,
        |c| group(c, "who").map(|who| Read::Statement(format!("Congratulations to {who}"))),
    ),
    (
        r"<P>wish (?:people|everyone|everybody|them|folks|all|<A>) (?P<what>.+)",
        WishKind::Congratulate,
        |c| group(c, "what").map(|what| Read::Statement(format!("We wish you {what}"))),
    ),
    (r"<P>wish (?P<who>.+)", WishKind::Congratulate, |c| {
        group(c, "who").map(|who| Read::Statement(format!("We wish {who}")))
    }),
    (
        r"<P>say (?P<what>(?:happy|merry|hello|hi|welcome|goodbye|farewell|sorry|good|congratulations|well done|hooray)\b.+)",
        WishKind::Congratulate,
        |c| group(c, "what").map(|what| Read::Statement(what.to_owned())),
    ),
    (
        r"<P>(?:apologi[sz]e|say sorry)(?: to <A>)? (?P<what>(?:for|about) .+)",
        WishKind::Announce,
        |c| {
            group(c, "what").map(|what| {
                Read::Statement(format!("We apologise {}", what.replacen("about", "for", 1)))
            })
        },
    ),
    (
        r"<P>(?:apologi[sz]e|say sorry)(?: to <A>)?,? that (?P<what>.+)",
        WishKind::Announce,
        |c| group(c, "what").map(|what| Read::Statement(format!("We are sorry that {what}"))),
    ),
    // "invite …"
    (
        r"<P>invite <A>,? (?:to|for) (?P<what>.+)",
        WishKind::Invite,
        |c| group(c, "what").map(|what| Read::Statement(invitation(c, what))),
    ),
    (r"<P>invite (?P<who>.+)", WishKind::Invite, |c| {
        group(c, "who").map(|who| Read::Statement(format!("We invite {who}")))
    }),
    // "remind …"
    (
        r"<P>(?:remind <A>|send a reminder(?: to <A>)?|a? ?reminder(?: for <A>)?)(?:,|:)? ?(?:that|:) ?(?P<rest>.+)",
        WishKind::Remind,
        |c| {
            group(c, "rest")
                .map(|rest| Read::Statement(format!("A reminder: {}", spelled(&to_reader(rest)))))
        },
    ),
    (
        r"<P>remind <A>,? (?P<what>(?:to|not to|about|of) .+)",
        WishKind::Remind,
        |c| group(c, "what").map(|what| Read::Statement(reminder(what))),
    ),
    (r"<P>remind <A>,? (?P<rest>.+)", WishKind::Remind, |c| {
        group(c, "rest")
            .map(|rest| Read::Statement(format!("A reminder: {}", spelled(&to_reader(rest)))))
    }),
    // "ask …"
    (
        r"<P>(?:ask|poll|find out from|survey|quiz)(?: <A>)?,?:? ?(?P<question>(?:what|which|who|whom|whose|when|where|why|how|if|whether)\b.+)",
        WishKind::Ask,
        |c| group(c, "question").map(|question| Read::Statement(direct_question(question))),
    ),
    (
        r"(?:i|we)(?:'?d| would) (?:like|love) to (?:hear|know|learn)(?: from <A>)?,? (?P<question>(?:what|which|who|whose|when|where|why|how|if|whether)\b.+)",
        WishKind::Ask,
        |c| group(c, "question").map(|question| Read::Statement(direct_question(question))),
    ),
    (
        r"<P>(?:find out|see) (?P<question>(?:what|which|who|how|if|whether)\b.+)",
        WishKind::Ask,
        |c| {
            group(c, "question").map(|question| {
                Read::Statement(direct_question(
                    &question
                        .replacen("people", "they", 1)
                        .replacen("folks", "they", 1),
                ))
            })
        },
    ),
    (
        r"<P>(?:ask|tell) <A>,? (?:about) (?P<what>.+)",
        WishKind::Ask,
        |c| {
            group(c, "what")
                .map(|what| Read::Statement(format!("Tell us about {}", to_reader(what))))
        },
    ),
    (r"<P>ask(?: <A>)?,? for (?P<what>.+)", WishKind::Ask, |c| {
        group(c, "what")
            .map(|what| Read::Statement(format!("We are asking for {}", to_reader(what))))
    }),
    (r"<P>ask <A>,? to (?P<what>.+)", WishKind::Ask, |c| {
        group(c, "what").map(|what| Read::Statement(please(what)))
    }),
    (
        r#"<P>ask <A>[,:]? ?["“]?(?P<what>.+?\?)["”]?"#,
        WishKind::Ask,
        |c| group(c, "what").map(|what| Read::Statement(what.to_owned())),
    ),
    // "announce …" and other subjects.
    (
        r"<P>(?:announce|present|introduce|unveil) (?P<what>.+)",
        WishKind::Announce,
        |c| group(c, "what").map(|what| Read::Statement(announced(what))),
    ),
    (
        r"<P>(?:promote|advertise|mention|talk about|share|plug|publici[sz]e) (?P<about>(?:our|the|a|an|this) .+)",
        WishKind::Announce,
        about,
    ),
    (
        r#"<P>say(?: to <A>)?,? ["“]?(?P<rest>(?:we|it|the|our|there|this|from|on|no|all|you|every|a|an|i|to)\b.+?)["”]?"#,
        WishKind::Announce,
        statement,
    ),
];

pub(super) fn rules() -> &'static [Rule] {
    static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| compiled(TABLE, GROUPS));
    &RULES
}

#[expect(clippy::unnecessary_wraps, reason = "the form of every rule")]
fn invention(captures: &Captures<'_>) -> Option<Read> {
    // A clause behind the subject is a statement: "a line about the otter, he ate the bait".
    let clause = group(captures, "about").and_then(subject_and_clause);
    Some(match (group(captures, "said"), clause) {
        (Some(said), _) => Read::Statement(said.to_owned()),
        (None, Some(clause)) => Read::Statement(clause),
        (None, None) => Read::Instruction,
    })
}

/// "something nice about Benno, he is in on Wednesdays": the clause after the subject is a statement.
fn invented_about(captures: &Captures<'_>) -> Option<Read> {
    let about = group(captures, "about")?;
    if let Some(sentence) = subject_and_clause(about) {
        return Some(Read::Statement(sentence));
    }
    let clause = about
        .split_once([',', ':', ';'])
        .map(|(_, clause)| clause.trim())
        .filter(|clause| is_clause(clause));
    Some(clause.map_or(Read::Instruction, |clause| {
        Read::Statement(clause.to_owned())
    }))
}

fn again(captures: &Captures<'_>) -> Option<Read> {
    group(captures, "rest").map(|rest| Read::Again(rest.to_owned()))
}

fn gerund(captures: &Captures<'_>) -> Option<Read> {
    let verb = match group(captures, "verb")?.to_lowercase().as_str() {
        "announcing" => "announce",
        "telling" => "tell",
        "asking" => "ask",
        "thanking" => "thank",
        "inviting" => "invite",
        "reminding" => "remind",
        "congratulating" => "congratulate",
        "welcoming" => "welcome",
        "wishing" => "wish",
        "explaining" => "explain",
        "informing" => "inform",
        "letting" => "let",
        "warning" => "warn",
        _ => "say",
    };
    Some(frame(verb, group(captures, "rest")?))
}

fn finite(captures: &Captures<'_>) -> Option<Read> {
    let verb = group(captures, "verb")?.to_lowercase();
    let verb = match verb.as_str() {
        "wishes" => "wish",
        verb => verb.trim_end_matches('s'),
    };
    let verb = match verb {
        "state" | "say" => "say",
        verb => verb,
    };
    Some(frame(verb, group(captures, "rest")?))
}

/// The inner frame, in the imperative, to be read once more.
fn frame(verb: &str, rest: &str) -> Read {
    if verb == "say" {
        let rest = rest.strip_prefix("that ").unwrap_or(rest);
        return Read::Again(rest.to_owned());
    }
    Read::Again(format!("{verb} {rest}"))
}

fn statement(captures: &Captures<'_>) -> Option<Read> {
    group(captures, "rest").map(|rest| Read::Statement(spelled(rest)))
}

/// Told to readers: "they" are the readers, where no one else is named before.
fn told(captures: &Captures<'_>) -> Option<Read> {
    group(captures, "rest").map(|rest| Read::Statement(spelled(&to_reader(rest))))
}

fn about(captures: &Captures<'_>) -> Option<Read> {
    let about = group(captures, "about")?;
    let about = about.strip_prefix("the fact that ").unwrap_or(about);
    let explains = ["how ", "why ", "what ", "whether "]
        .iter()
        .any(|word| about.to_lowercase().starts_with(word));
    Some(if explains {
        Read::Instruction
    } else if let Some(sentence) = subject_and_clause(about) {
        Read::Statement(sentence)
    } else {
        Read::Subject(about.to_owned())
    })
}

/// "our dog Benno, he's in on Wednesdays" becomes "our dog Benno is in on Wednesdays".
fn subject_and_clause(about: &str) -> Option<String> {
    let at = about.find([',', ':', ';', '–'])?;
    let (subject, clause) = (&about[..at], about[at + 1..].trim_start_matches(['–', ' ']));
    let (pronoun, rest) = clause.split_once(' ')?;
    let contracted = match pronoun.to_lowercase().replace('\u{2019}', "'").as_str() {
        "he" | "she" | "it" | "they" => "",
        "he's" | "she's" | "it's" | "its" => "is ",
        "they're" | "theyre" => "are ",
        "they've" => "have ",
        "he'll" | "she'll" | "it'll" | "they'll" => "will ",
        _ => return None,
    };
    Some(format!("{subject} {contracted}{rest}"))
}

fn announced(what: &str) -> String {
    let lower = what.to_lowercase();
    let noun_phrase = [
        "our ", "the ", "a ", "an ", "new ", "this ", "two ", "three ",
    ]
    .iter()
    .any(|start| lower.starts_with(start));
    if noun_phrase && !is_clause(what) {
        format!("Announcing {what}")
    } else {
        spelled(what)
    }
}

fn thanks(captures: &Captures<'_>, who: &str) -> String {
    let to = captures[0].to_lowercase();
    let to = to
        .strip_suffix(&who.to_lowercase())
        .unwrap_or(&to)
        .trim_end()
        .to_owned();
    if to.ends_with(" for") {
        format!("Thank you for {}", to_reader(who))
    } else {
        format!("Thank you to {who}")
    }
}

fn invitation(captures: &Captures<'_>, what: &str) -> String {
    let before = captures[0].to_lowercase();
    let to = before.contains(" to ") && !before.contains(" for ");
    let place = [
        "come ", "join ", "try ", "visit ", "drop ", "bring ", "stop ", "see ", "have ", "taste ",
        "meet ", "swing ", "pop ",
    ];
    if to
        && place
            .iter()
            .any(|verb| what.to_lowercase().starts_with(verb))
    {
        let what = to_reader(what);
        return what
            .strip_prefix("come try ")
            .map_or_else(|| what.clone(), |rest| format!("Come and try {rest}"));
    }
    format!("You are invited to {}", to_reader(what))
}

fn reminder(what: &str) -> String {
    let what = to_reader(what);
    if let Some(rest) = what.strip_prefix("not to ") {
        return format!("A reminder not to {rest}");
    }
    match what.strip_prefix("to ") {
        Some(rest) => format!("Please remember to {rest}"),
        None => format!("A reminder {what}"),
    }
}

fn please(what: &str) -> String {
    let what = to_reader(what);
    match what.strip_prefix("not to ") {
        Some(rest) => format!("Please do not {rest}"),
        None => format!("Please {what}"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_pattern_compiles() {
        assert_eq!(super::rules().len(), super::TABLE.len());
    }
}
