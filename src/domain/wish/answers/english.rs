//! English orders for an answer.

use super::acts::{Groups, Table};

pub(super) const GROUPS: Groups = &[
    (
        "<P>",
        "(?:(?:please|just|maybe|can you|could you|also|then|politely|kindly|quickly|perhaps|simply|do)[, ]+)*",
    ),
    (
        "<HER>",
        "(?:her|him|them|@\\S+|the (?:guy|lady|customer|person|family|man|woman|client|poster|author))",
    ),
    (
        "<SAY>",
        "(?:say|answer|reply|write|respond|admit|explain|confirm|mention|promise|add|concede|note|point out|stress|clarify|state)",
    ),
    (
        "<TELL>",
        "(?:tell|inform|assure|reassure|warn|remind|advise|promise|show|let)",
    ),
    (
        "<NICE>",
        "(?:polite|friendly|nice|kind|calm|warm|short|brief|light|positive|professional|gracious|humble|neutral|funny|witty|cheerful|casual|formal|\
         honest|humorous|playful|cool|respectful|understanding|empathetic|sympathetic|supportive|encouraging|thankful|grateful|sweet|generic|simple|\
         factual|firm|diplomatic|vague|careful|enthusiastic|upbeat|cheeky|civil|modest|patient|gentle|lighthearted|light-hearted|good-humou?red|classy|chill)",
    ),
    (
        "<VERY>",
        "(?:(?:very|really|super|extra|nice and|as|so|too|not too|a bit|quite|but|and|sound) )*",
    ),
    (
        "<GO>",
        "(?:come|visit|try|join|taste|pop|drop|stop|have|see|bring|meet|swing|watch|play|sing|stay|look|call)",
    ),
];

pub(super) const ACTS: Table = &[
    // How to write.
    (
        r"<P>(?:be|stay|keep (?:it|this|things)|remain|sound|act|respond|reply|answer)(?: to <HER>)? <VERY><NICE>(?:,? (?:and |but )?<VERY><NICE>)*(?: (?:about (?:it|this|that)|please|though|here))?",
        "",
    ),
    (
        r"<P>(?:respond|reply|answer|react|take (?:it|this))(?: to <HER>)? (?:kindly|politely|nicely|warmly|briefly|lightly|calmly|graciously|on the chin|(?:with|in) (?:good )?(?:humou?r|kindness|grace|understanding|a smile|a wink|spirit))",
        "",
    ),
    (
        r"<P>(?:with (?:humou?r|a smile|a wink|kindness)|make light of (?:it|this)|laugh (?:it|this) off|don'?t (?:argue|engage|get defensive|take (?:it|the) .*|apologi[sz]e|promise .*|be .*|mention .*|make .*|sound .*)|no (?:arguing|promises|excuses|emojis?|hashtags?|links?))",
        "",
    ),
    // What has to be made up.
    (
        r"<P>(?:make|crack|tell)(?: <HER>)? (?:an?|some|the) (?:\w+ )?(?:jokes?|puns?|story|fun|quip)\b.*|<P>joke .*|<P>say something \w+(?: .*)?|<P>(?:give|share)(?: <HER>)? (?:some |a few |our )?(?:tips|advice|ideas|reasons)\b.*",
        "?",
    ),
    (
        r"<P>(?:explain|tell <HER>|let <HER> know|show <HER>|describe)(?: to <HER>)? (?:why|how|what|when|where|who|which|whether|if|about)\b.*|<P>(?:describe|defend|compliment|tease|encourage|cheer up|comment on|react to)\b.*",
        "?",
    ),
    (
        r"<P>(?:tell|ask|give|thank|wish|send) (?:her|his|their) (?:mum|mom|mother|dad|father|son|daughter|kids?|boss|husband|wife|sister|brother|family|friends?|gran\w*|nan|team|teacher)\b.*",
        "?",
    ),
    // Thanks.
    (
        r"<P>(?:(?:thank|thanks to) <HER>|(?:say|tell <HER>) (?:a big |many )?(?:thanks|thank you|thx|cheers|ta)(?: to <HER>)?|reply with a thank you)(?: very much| a lot| so much| a bunch| warmly| kindly)?",
        "Thank you.",
    ),
    (
        r"<P>(?:thank <HER>|(?:say|tell <HER>) (?:thanks|thank you|cheers)(?: to <HER>)?)(?: very much| so much| kindly)? for (?P<what>.+)",
        "Thank you for $what",
    ),
    // Sorry.
    (
        r"<P>(?:apologi[sz]e|(?:say|tell <HER>)(?: that)? (?:we'?re |we are )?(?:so |very |really )?sorry|give <HER> an apology|offer (?:<HER> )?(?:an|our) apolog(?:y|ies))(?: to <HER>)?(?: sincerely| profusely| again| first)?",
        "We are sorry.",
    ),
    (
        r"<P>(?:apologi[sz]e|(?:say|tell <HER>) (?:we'?re |we are )?(?:so |very |really )?sorry)(?: to <HER>)? (?P<what>(?:for|about) .+)",
        "We are sorry $what",
    ),
    (
        r"<P>(?:apologi[sz]e|say (?:we'?re |we are )?(?:so |very |really )?sorry)(?: to <HER>)? (?:that|because) (?P<what>.+)",
        "We are sorry that $what",
    ),
    (
        r"<P>(?:sympathi[sz]e|empathi[sz]e|commiserate|(?:comfort|console) <HER>)(?: with <HER>)?",
        "We are sorry to hear that.",
    ),
    (
        r"<P>(?:send|offer|express|give|pass on)(?: <HER>)?(?: our| my)? (?:deepest |sincere |heartfelt )?(?:condolences|sympathy|sympathies)(?: to .+)?",
        "We are very sorry for your loss.",
    ),
    (
        r"<P>(?:acknowledge|accept) (?:it|this|that|the (?:feedback|criticism|complaint|point))",
        "Thank you for telling us.",
    ),
    // Wishes.
    (
        r"<P>(?:congratulate <HER>|(?:say|tell <HER>|give <HER>|send(?: <HER>)?(?: our)?) (?:big )?(?:congratulations|congrats|well done)(?: to <HER>)?)(?: warmly| heartily| from us| from all of us)?",
        "Congratulations.",
    ),
    (
        r"<P>(?:congratulate <HER>|(?:say|tell <HER>) (?:congratulations|congrats)(?: to <HER>)?) (?:on|for) (?P<what>.+)",
        "Congratulations on $what",
    ),
    (
        r"<P>(?:wish <HER> the same|say the same(?: back)?(?: to <HER>)?|return the (?:wish|wishes|greeting))",
        "The same to you.",
    ),
    (
        r"<P>wish <HER> (?:well|all the best)",
        "All the best to you.",
    ),
    (r"<P>wish <HER> (?P<what>.+)", "We wish you $what"),
    (
        r"<P>(?:(?:say|wave) (?:hi|hello|hey|hiya)|greet <HER>|greet|wave)(?: warmly)?(?: back)?(?: to <HER>)?(?: warmly)?",
        "Hello to you too.",
    ),
    (
        r"<P>(?:(?:say|wave) (?:hi|hello|hey|hiya)|greet <HER>|greet|wave|send (?:<HER> )?(?:our )?(?:greetings|love|regards))(?: back)?(?: to <HER>)? from (?P<what>.+)",
        "Hello from $what",
    ),
    (
        r"<P>(?:say )?welcome(?: to)?(?: <HER>)?(?: warmly)?",
        "Welcome.",
    ),
    (
        r"<P>welcome <HER> (?P<what>(?:to|in|on|back|aboard|into)\b.*)",
        "Welcome $what",
    ),
    // Yes and no.
    (
        r"<P>(?:decline|refuse|turn (?:<HER>|it|that) down|say no(?: thanks| thank you)?(?: to (?:it|that|<HER>))?)(?: (?:it|this|that|the (?:offer|request|invitation)))?(?: politely| kindly| nicely| gently)?",
        "Thank you for asking, but we have to say no.",
    ),
    (
        r"<P>(?:accept|agree|accept (?:it|the \w+))(?: gladly| happily)?",
        "Yes, gladly.",
    ),
    (r"<P>(?:say yes|confirm|confirm it)", "Yes."),
    (r"<P>confirm it is", "Yes, it is."),
    (
        r"<P>agree with <HER>|(?:she|he)(?:'s| is) (?:absolutely |totally |quite |so )?right|<P>say (?:she|he)'?s right|<P>say they'?re right",
        "You are right.",
    ),
    // What is asked.
    (
        r"<P>ask(?: <HER>)? for (?P<what>(?:an? |some )?(?:patience|understanding|a little \w+|more time|time|help|forgiveness).*)",
        "We ask for $what",
    ),
    (
        r"<P>ask(?: <HER>)? for (?P<what>(?:an?|the|some|more|any|their|her|his|its|photos?|pictures?|details?|proof|feedback|recipes?)\b.*)",
        "Could you send us $what?",
    ),
    (
        r"<P>ask(?: <HER>)? not to (?P<what>.+)",
        "Please do not $what",
    ),
    (r"<P>ask(?: <HER>)? to (?P<what>.+)", "Please $what"),
    (
        r"<P>ask <HER>,? about (?P<what>.+)",
        "Could you tell us more about $what?",
    ),
    (
        r"<P>ask about (?P<what>.+)",
        "Could you tell us more about $what?",
    ),
    // What is promised and offered.
    (r"<P>promise(?: <HER>)? to (?P<what>.+)", "We will $what"),
    (
        r"<P>promise <HER> (?P<what>(?:a|an|the|our|some) .+)",
        "We promise you $what",
    ),
    (
        r"<P>promise (?P<what>(?:a|an|the|some) .+)",
        "We promise you $what",
    ),
    (r"<P>offer(?: <HER>)? to (?P<what>.+)", "We can $what"),
    (
        r"<P>(?:offer|give|promise) (?:her|his|their) (?P<what>(?:money|deposit|order|ticket|place|seat|fee)\b.*)",
        "We will give you your $what",
    ),
    (
        r"<P>offer(?: <HER>)? (?P<what>.+)",
        "We would like to offer you $what",
    ),
    (
        r"<P>give <HER> (?P<what>(?:a|an|the|some|\d+).+)",
        "We will give you $what",
    ),
    (
        r"<P>(?:recommend|suggest)(?: (?:to )?<HER>)?,? (?:that )?(?:she|he|they) (?:should |could )?(?P<what>.+)",
        "You could $what",
    ),
    (
        r"<P>recommend(?: <HER>)? (?P<what>(?:the|a|an|our|some) .+)",
        "We recommend $what",
    ),
    (
        r"<P>suggest(?: to <HER>)? (?P<what>(?:the|a|an|our|some|\w+ing) .+)",
        "We suggest $what",
    ),
    (
        r"<P>invite <HER>,? (?:to|for) (?P<what><GO>\b.+)",
        "You are welcome to $what",
    ),
    (
        r"<P>invite <HER> (?P<what>(?:to|for|over|along|round|in)\b.*)",
        "We would like to invite you $what",
    ),
    (r"<P>invite <HER>", "We would like to invite you."),
    (
        r"<P>(?:send|refer|point|direct) <HER> to (?P<what>.+)",
        "Please try $what",
    ),
    // What the team does.
    (
        r"<P>(?:pass|hand) (?:it|this|that|the \w+) (?:on )?to (?P<what>(?P<name>\w+).*)|<P>pass on (?:the \w+ )?to (?P<what2>.+)",
        "We'll pass it on to $what$what2",
    ),
    (
        r"<P>forward (?:it|this|that|the \w+) to (?P<what>(?P<name>\w+).*)",
        "We'll forward it to $what",
    ),
    (r"<P>pass (?:it|this|that) on", "We'll pass it on."),
    (
        r"<P>(?P<what>(?:look into|check|fix|sort|investigate) (?:it|this|that|with)\b.*)",
        "We'll $what",
    ),
    (
        r"<P>(?P<verb>refund|reimburse|replace|call|email|ring|phone|message|send|save|book|reserve|keep|get|owe) (?:<HER>)(?P<what>(?: .*)?)",
        "We'll $verb you$what",
    ),
    (
        r"<P>(?P<what>(?:save|book|reserve|keep|put|set|order|hold|get) .+ for) (?:<HER>)(?P<rest>(?: .*)?)",
        "We'll $what you$rest",
    ),
    // Frames around what is said.
    (
        r"<P>(?:tell|remind|advise) <HER>,? to (?P<what>(?:get well|take care|enjoy|have|come|keep|stay|hang|feel free|relax|rest|say|give|be|pop|drop|look after)\b.+)",
        "$what",
    ),
    (
        r"<P>(?:tell|remind|warn|advise) <HER>,? not to (?P<what>.+)",
        "Please do not $what",
    ),
    (
        r"<P>(?:tell|remind|advise) <HER>,? to (?P<what>.+)",
        "Please $what",
    ),
    (
        r"<P>remind <HER> (?:of|about) (?P<what>.+)",
        "Please remember $what",
    ),
    (
        r"<P><TELL> <HER>(?: know)?,?:? (?:that )?(?P<what>.+)",
        ">$what",
    ),
    (
        r"<P><SAY>(?: to <HER>)?,?:? (?:that |to <HER> )?(?P<what>.+)",
        ">$what",
    ),
    (r"that (?P<what>.+)", ">$what"),
    (
        r"<P>(?:respond|reply|answer) with .+|<P>(?:use|include|attach|link to|insert) .+|<P>sign (?:it|off) .+",
        "?",
    ),
];

/// How an order begins that may follow another.
pub(super) const HEADS: &str = r"(?:then |also |please |maybe )*(?:ask (?:her|him|them|for|if|whether|wh\w+|how|about|to|not)\b|apologi[sz]e\b|thank (?:her|him|them)\b|tell (?:her|him|them)\b|let (?:her|him|them) know|say (?:sorry|thanks|thank|yes|no|congrat\w*|that|we|we're|we'll|we've|it|it's|the|there|there's|they|she|he|our|hi back|hello back|you)\b|congratulate (?:her|him|them)\b|wish (?:her|him|them)\b|invite (?:her|him|them)\b|offer (?:her|him|them|a|an|to|the|our|some)\b|promise (?:her|him|them|to|we|we'll|a|that)\b|welcome (?:her|him|them)\b|greet (?:her|him|them|back)\b|refund (?:her|him|them)|remind (?:her|him|them)|(?:send|refer|point|direct) (?:her|him|them)\b|give (?:her|him|them)\b|explain\b|mention\b|recommend\b|suggest\b|pass (?:it|this|that) on|forward (?:it|this)|(?:be|stay|keep it|sound) (?:polite|friendly|nice|kind|calm|short|brief|light|funny|warm)|confirm\b|decline\b|add that\b|hope (?:she|he|they)\b)";

/// The frames whose second half may follow "and that" or "and to".
pub(super) const FRAME: &str = r"(?:please |just )?(?:tell|remind|ask|promise|advise|assure|warn) (?:her|him|them)|(?:please |just )?(?:say|explain|promise|mention|add|confirm)|(?:please |just )?let (?:her|him|them) know";
