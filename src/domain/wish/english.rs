//! English: the frames people put around what a post should say.

use std::sync::LazyLock;

use regex::Captures;

use super::english_words::{is_clause, spelled, to_reader};
use super::{Read, Rule, compiled, english_say, english_write, group};

/// Whom a post speaks to.
const AUDIENCE: &str = "(?:(?:all|any|both) (?:of )?)?(?:(?:our|the|my|your|these) )?(?:(?:dear|lovely|loyal|\
    regular|new|local|online|dog|pet|car|bike|season ticket) )?(?:people|everyone|everybody|every one|folks?|all|anyone|anybody|them|they|y'?all|followers|customers|guests|members|\
    community|readers|neighbou?rs|audience|fans|visitors|students|parents|users|clients|patients|subscribers|\
    friends|volunteers|team|runners|players|families|kids|children|residents|locals|public|supporters|donors|\
    riders|listeners|toddlers|pensioners|neighborhood|neighbourhood|crew|[a-z]{3,}(?:ers|ors|ents|ants|ists|ees)|crowd|world|internet|town|village|street|group|club|class|lot|regulars|mums|dads|owners|passengers|shoppers|drinkers|swimmers|cyclists|teachers|staff)\
    (?: (?:all|here|there|out there|online|on here))?";

/// How a wish is put politely.
const POLITE: &str = "(?:(?:hi|hey|hello|ok|okay|so|and|now|also|then|maybe|lumen|please|pls|plz|kindly|just|quickly|quick one|can you|could you|would you|\
    will you|can we|could we|may we|would you mind|you should|we should|we need to|i need to|i need you to|we need you to|i want to|i want you to|we want to|we want you to|i'?d like to|i'?d like you to|\
    i would like to|i would like you to|we'?d like to|we would like to|we'?d like you to|we would like you to|let'?s|go ahead and|feel free to|time to|it'?s time to|possibly|perhaps|do|help me|help us|\
    (?:can|could|would|will) (?:somebody|someone|anybody|anyone|one of you)|(?:you )?find an? (?:nice |good |fun |polite |kind |friendly )?way (?:to|of)|have a go at|see if you can|please can you|please could you|i'd appreciate it if you(?: could)?|it'd help if you|can u|could u|can ya|can i get you to|could i ask you to|would u|any chance (?:you|we)(?: could| can)?|is it possible to|(?:i was|we were|was|i'm|i am|just) wondering if you (?:could|can|might)|do me a favou?r and|\
    (?:it )?(?:would|'d|might) be (?:great|good|nice|lovely|cool|helpful|fab|fantastic|amazing|worth) (?:to|if (?:you|we|someone|this|it)(?: could| can| would)?)|(?:so )?the thing is|quick favou?r|i think we should|we ought to|you could|you can|try to|be sure to|make sure to|gently|kindly|politely|nicely|publicly|officially|again|also|i'?d love (?:you |for you )?to|we'?d love (?:you |for you )?to|i'?d love it if you(?: could)?|someone (?:should|needs to)|somebody (?:should|needs to)|let me|let us)[,:]? )*";

const LOOK: &str = "(?:(?:quick|short|little|nice|friendly|warm|small|brief|simple|kind|polite|proper|good|\
    cheerful|cosy|cozy|sweet|casual|formal|fresh|great|heartfelt|happy|lovely|new|long|longer|one[- ]line|two[- ]line|calm|dry|plain|tiny|public|general|upbeat|lively|snappy|engaging)(?:,? and|,)? )*";

const FORM: &str = "(?:(?:social media |insta(?:gram)? |facebook |bluesky |mastodon |twitter |lens )?(?:posts?|tweets?|messages?|notes?|updates?|announcements?|texts?|\
    drafts?|captions?|lines?|notices?|reminders?|invitations?|invites?|shout-?outs?|thank[- ]?yous?|thank[- ]you (?:post|note|message)|heads[- ]up|statements?|status|thing|something|words?|few words|question|poll|ad|advert|promo|blurb|teaser|bit|piece|piece of news))";

const WRITE: &str = "(?:write|writing|type|post|tweet|draft|create|make|compose|prepare|publish|send(?: out)?|put (?:out|up|together)|put|do|\
    (?:i|we) need|(?:i|we)'?d (?:like|love)|need|want|(?:i|we) want|give (?:me|us)|knock (?:up|out)|rustle up|whip up|come up with|stick(?: up| out)?|pop(?: up| out)?|run|share|(?:can|could|may) (?:i|we) (?:have|get)|get)(?: me| us| up| out)?";

/// What has to be made up.
const INVENTION: &str = "(?:jokes?|puns?|poems?|haikus?|limericks?|rhymes?|stor(?:y|ies)|tales?|anecdotes?|riddles?|quotes?|slogans?|tips?|\
    tricks?|hacks?|ideas?|reasons?|advice|recipes?|remarks?|explanations?|guides?|how-to|thoughts?|facts?|fun facts?|comparisons?|reviews?|threads?|listicles?|one-liners?|\
    taglines?|lines?|metaphors?|dialogues?|interviews?|essays?|songs?|comments?|observations?|trivia|ways|things|myths?|lessons?)";

const INVENTED_LOOK: &str = "(?:funny|witty|humorous|hilarious|creative|clever|catchy|inspiring|inspirational|motivational|motivating|poetic|\
    amusing|silly|tiny|spooky|scary|mini|micro|ghost|bedtime|fairy|horror|dad|bad|terrible|cheesy|corny|wee|cheeky|dramatic|romantic|philosophical|thoughtful|deep|interesting|fun|cute|entertaining|viral|nice|lovely|beautiful|cool|smart|sarcastic|exciting|original|positive|good|great|sweet|warm|random)";

pub(super) const GROUPS: &[(&str, &str)] = &[
    ("<P>", POLITE),
    ("<A>", AUDIENCE),
    ("<L>", LOOK),
    ("<F>", FORM),
    ("<W>", WRITE),
    ("<I>", INVENTION),
    ("<IL>", INVENTED_LOOK),
    (
        "<ADV>",
        "(?: (?:somewhere|here|quickly|briefly|nicely|again|also|publicly|loud and clear|clearly|once more|gently|politely|kindly|out there|up|out|online|please|there|in a post|on the page|on our page))*",
    ),
    ("<THAT>", "(?:that,? |how |the fact that |:[ ]?|, |- )"),
    (
        "<DET>",
        "(?:(?:a|an|the|another|one|some|our|this|any|few|a few|a couple of|\\d+|two|three|four|five|six|seven|ten) )?",
    ),
];

pub(super) fn rules() -> &'static [Rule] {
    static RULES: LazyLock<Vec<Rule>> =
        LazyLock::new(|| compiled(&[english_write::TABLE, english_say::TABLE], GROUPS));
    &RULES
}

#[expect(clippy::unnecessary_wraps, reason = "the form of every rule")]
pub(super) fn invention(captures: &Captures<'_>) -> Option<Read> {
    // A clause behind the subject is a statement: "a line about the otter, he ate the bait".
    let clause = group(captures, "about").and_then(subject_and_clause);
    Some(match (group(captures, "said"), clause) {
        (Some(said), _) => Read::Statement(said.to_owned()),
        (None, Some(clause)) => Read::Statement(clause),
        (None, None) => Read::Instruction,
    })
}

/// "something nice about Benno, he is in on Wednesdays": the clause after the subject is a statement.
pub(super) fn invented_about(captures: &Captures<'_>) -> Option<Read> {
    let about = group(captures, "about")?;
    if let Some(sentence) = subject_and_clause(about) {
        return Some(Read::Statement(sentence));
    }
    Some(described(about).map_or(Read::Instruction, Read::Statement))
}

/// "our new apprentice, his name is Joel": what is said about the subject stands behind its colon.
fn described(about: &str) -> Option<String> {
    let (subject, clause) = about.split_once([',', ':', ';'])?;
    let clause = clause.trim();
    let first = clause.split(' ').next().unwrap_or_default().to_lowercase();
    if matches!(first.as_str(), "his" | "her" | "their") {
        return Some(format!("{subject}: {clause}"));
    }
    is_clause(clause).then(|| clause.to_owned())
}

pub(super) fn again(captures: &Captures<'_>) -> Option<Read> {
    group(captures, "rest").map(|rest| Read::Again(rest.to_owned()))
}

pub(super) fn gerund(captures: &Captures<'_>) -> Option<Read> {
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
        "encouraging" => "encourage",
        "apologising" | "apologizing" => "apologise",
        "posting" | "writing" | "sharing" | "mentioning" | "putting out" | "putting up" => "write",
        _ => "say",
    };
    Some(frame(verb, group(captures, "rest")?))
}

pub(super) fn finite(captures: &Captures<'_>) -> Option<Read> {
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

pub(super) fn statement(captures: &Captures<'_>) -> Option<Read> {
    group(captures, "rest").map(|rest| Read::Statement(spelled(rest)))
}

/// "congratulate her on her exam", "thank them for the cake": who it is has been said before.
pub(super) fn pronoun(captures: &Captures<'_>) -> Option<Read> {
    let rest = group(captures, "rest")?;
    let word = if captures[0].to_lowercase().contains("thank ") {
        "Thank you"
    } else {
        "Congratulations"
    };
    Some(Read::Statement(format!("{word} {rest}")))
}

/// Told to readers: "they" are the readers, where no one else is named before.
pub(super) fn told(captures: &Captures<'_>) -> Option<Read> {
    group(captures, "rest").map(|rest| Read::Statement(spelled(&to_reader(rest))))
}

pub(super) fn about(captures: &Captures<'_>) -> Option<Read> {
    let about = group(captures, "about")?;
    let about = about.strip_prefix("the fact that ").unwrap_or(about);
    let explains = ["how ", "why ", "what ", "whether "]
        .iter()
        .any(|word| about.to_lowercase().starts_with(word));
    Some(if explains {
        Read::Instruction
    } else if let Some(sentence) = subject_and_clause(about) {
        Read::Statement(sentence)
    } else if let Some(sentence) = described(about).filter(|said| said.contains(": ")) {
        Read::Statement(sentence)
    } else {
        Read::Subject(about.to_owned())
    })
}

/// "a congratulations message for our graduates": the words that such a post begins with.
pub(super) fn greeting(captures: &Captures<'_>) -> Option<Read> {
    let who = group(captures, "who")?;
    let words = match group(captures, "kind")?.to_lowercase().get(..4)? {
        "cong" => "Congratulations to",
        "birt" => "Happy birthday to",
        "than" => "Thank you to",
        "welc" => "A warm welcome to",
        "fare" => "Goodbye and all the best to",
        _ => "Get well soon,",
    };
    Some(Read::Statement(format!("{words} {who}")))
}

/// "warn people about the ice on the bridge".
pub(super) fn warned(captures: &Captures<'_>) -> Option<Read> {
    let about = group(captures, "about")?;
    let warning = subject_and_clause(about).unwrap_or_else(|| format!("Watch out for {about}"));
    Some(Read::Statement(warning))
}

/// "our dog Benno, he's in on Wednesdays" becomes "our dog Benno is in on Wednesdays". Between the subject and its
/// pronoun an apposition may stand: "the new vet, dr okafor, she starts on the 3rd".
fn subject_and_clause(about: &str) -> Option<String> {
    const LONGEST_APPOSITION: usize = 5;
    let marks: Vec<usize> = about
        .match_indices([',', ':', ';', '–'])
        .map(|(at, _)| at)
        .take(2)
        .collect();
    for (place, at) in marks.iter().enumerate() {
        let (subject, clause) = (&about[..*at], &about[at + 1..]);
        let Some(predicate) = predicate(clause.trim_start_matches(['–', ' '])) else {
            continue;
        };
        let apposition = &subject[marks[0]..];
        if place == 0 {
            return Some(format!("{subject} {predicate}"));
        }
        if apposition.split_whitespace().count() <= LONGEST_APPOSITION {
            return Some(format!("{subject}, {predicate}"));
        }
    }
    None
}

/// "she's in on Wednesdays" without its pronoun: "is in on Wednesdays".
fn predicate(clause: &str) -> Option<String> {
    let (pronoun, rest) = clause.split_once(' ')?;
    if rest.starts_with("been ") {
        return None;
    }
    let contracted = match pronoun.to_lowercase().replace('\u{2019}', "'").as_str() {
        "he" | "she" | "it" | "they" => "",
        "he's" | "she's" | "it's" | "its" => "is ",
        "they're" | "theyre" => "are ",
        "they've" => "have ",
        "he'll" | "she'll" | "it'll" | "they'll" => "will ",
        _ => return None,
    };
    Some(format!("{contracted}{rest}"))
}

pub(super) fn announced(what: &str) -> String {
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

pub(super) fn thanks(captures: &Captures<'_>, who: &str) -> String {
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

pub(super) fn invitation(captures: &Captures<'_>, what: &str) -> String {
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

pub(super) fn reminder(what: &str) -> String {
    let what = to_reader(what);
    if let Some(rest) = what.strip_prefix("not to ") {
        return format!("A reminder not to {rest}");
    }
    match what.strip_prefix("to ") {
        Some(rest) => format!("Please remember to {rest}"),
        None => format!("A reminder {what}"),
    }
}

pub(super) fn please(what: &str) -> String {
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
        assert_eq!(
            super::rules().len(),
            super::english_write::TABLE.len() + super::english_say::TABLE.len()
        );
    }
}
