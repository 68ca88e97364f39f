//! English rules for what should be said to the readers: told, thanked, invited, reminded, asked.

use super::english::{
    about, announced, greeting, invention, invitation, please, pronoun, reminder, statement,
    thanks, told, warned,
};
use super::english_words::{spelled, to_reader};
use super::questions::direct_question;
use super::{Make, Read, WishKind, group};

pub(super) const TABLE: &[(&str, WishKind, Make)] = &[
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
        r"<P>(?:everyone|everybody|people|folks|all|all members|our \S+) (?:should|needs? to|must|ought to|has to|have to) (?:know|be told|hear),? (?:that )?(?P<rest>.+)",
        WishKind::Announce,
        told,
    ),
    (
        r"<P>have <A> (?P<what>(?:come|join|bring|drop|sign|send|vote|book|try|visit|turn up|show up|stop|swing|pop|call|register)\b.+)",
        WishKind::Invite,
        |c| group(c, "what").map(|what| Read::Statement(to_reader(what))),
    ),
    (
        r"<P>(?:(?:don'?t|do not|never) let <A> forget|make sure (?:nobody|no one|<A> (?:doesn'?t|don'?t)) forgets?|jog (?:people's|everyone's) memory),? (?:that (?P<rest>.+)|(?P<what>(?:to|about) .+))",
        WishKind::Remind,
        |c| {
            Some(Read::Statement(match group(c, "rest") {
                Some(rest) => format!("A reminder: {}", spelled(&to_reader(rest))),
                None => reminder(group(c, "what")?),
            }))
        },
    ),
    (
        r"<P>(?:tell|inform|notify|advise|update|warn|assure|alert|let) <A>,?(?: know)?<ADV> to (?P<what>.+)",
        WishKind::Announce,
        |c| group(c, "what").map(|what| Read::Statement(format!("Please {}", to_reader(what)))),
    ),
    (
        r"<P>(?:encourage|urge|get|push|motivate|persuade|inspire|tempt|nudge|prompt|call on) (?:<A>|more people|some people|as many people as possible) to (?P<what>.+)",
        WishKind::Invite,
        |c| group(c, "what").map(|what| Read::Statement(to_reader(what))),
    ),
    (
        r"<P>(?:tell|inform|notify|advise|update|warn|assure|reassure|alert|caution|show)<ADV> <A>,?<ADV> <THAT>(?P<rest>.+)",
        WishKind::Announce,
        told,
    ),
    (
        r"<P>(?:let|make sure) <A>,? know,? <THAT>(?P<rest>.+)",
        WishKind::Announce,
        told,
    ),
    (
        r"<P>(?:warn|alert|caution)<ADV> <A>,?<ADV> (?:about|of) (?P<about>.+)",
        WishKind::Announce,
        warned,
    ),
    (
        r"<P>(?:tell|inform|notify|advise|update|warn|alert|caution)<ADV> <A>,?<ADV> (?:about|of|on) (?P<about>.+)",
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
        r"<P>(?:tell|inform|notify|warn|alert) <A>,? (?P<rest>.+)",
        WishKind::Announce,
        told,
    ),
    (
        r"<P>let <A>,? know,? (?P<rest>.+)",
        WishKind::Announce,
        told,
    ),
    (
        r"<P>(?:<W> )?<DET><L>(?P<kind>congratulations?|congratulatory|congrats|birthday|thank[- ]you|thanks|welcome|farewell|get[- ]well) (?:posts?|messages?|notes?|tweets?|card|wishes|lines?|words?) (?:for|to) (?P<who>.+)",
        WishKind::Congratulate,
        greeting,
    ),
    // "thank …"
    (
        r"<P>(?:give|do|send|have) (?:an? )?(?:<L>|big |huge |massive |special )*(?P<form>shout[- ]?out|mention|round of applause|big hand) (?:to|for) (?P<who>.+)",
        WishKind::Thank,
        |c| group(c, "who").map(|who| Read::Statement(format!("A shout-out to {who}"))),
    ),
    (
        r"<P>give (?P<who>[^,.:;]{2,60}?) an? (?:<L>|big |huge |massive |special )*(?:shout[- ]?out|mention|thank[- ]?you|round of applause|big hand|hand|plug)(?P<rest>(?: for|,|:| because).*)?",
        WishKind::Thank,
        |c| {
            group(c, "who").map(|who| {
                let rest = c.name("rest").map_or("", |rest| rest.as_str());
                Read::Statement(format!("A shout-out to {who}{rest}"))
            })
        },
    ),
    (
        r"<P>(?:thank|congratulate|congrats to) (?P<who>him|her|them|it)(?P<rest> (?:all )?(?:for|on|from) .+)",
        WishKind::Thank,
        pronoun,
    ),
    (
        r"<P>(?:say |send |give |do |post |write )?(?:an? )?(?:big |huge |massive |warm |special |quick |many |heartfelt )*(?:thanks|thank[- ]you|kudos)(?: post| note| message)?,? (?:to|for) (?P<who>.+)",
        WishKind::Thank,
        |c| group(c, "who").map(|who| Read::Statement(thanks(c, who))),
    ),
    (
        r"<P>thank (?:him|her|them|it)(?: .*)?",
        WishKind::Thank,
        |_| Some(Read::Instruction),
    ),
    (
        r"<P>(?:say |send |give |post |write )(?:<A> )?(?:an? |our )?(?:big |huge |massive |warm |special |quick |many |heartfelt )*(?:thanks|thank[- ]you|congratulations|congrats)(?: out| post| note)*",
        WishKind::Thank,
        |_| Some(Read::Instruction),
    ),
    (
        r"<P>thank (?:people|everyone|everybody|them|folks|all|you all|(?:all )?(?:our|the) (?:customers|followers|guests|members|visitors|readers)) for (?P<what>.+)",
        WishKind::Thank,
        |c| {
            group(c, "what")
                .map(|what| Read::Statement(format!("Thank you for {}", to_reader(what))))
        },
    ),
    (
        r"<P>(?:thank|give thanks to|appreciate|show (?:our )?appreciation (?:to|for)|(?:express|convey|send|pass on) (?:our )?(?:thanks|gratitude|appreciation) to) (?P<who>(?:[^y]|y[^o]|yo[^u]).+)",
        WishKind::Thank,
        |c| group(c, "who").map(|who| Read::Statement(format!("Thank you to {who}"))),
    ),
    (
        r"<P>(?:express|show|convey) (?:our|my|some) (?:deep |deepest |sincere )?(?:gratitude|thanks|appreciation)",
        WishKind::Thank,
        |_| Some(Read::Instruction),
    ),
    (
        r"<P>(?:welcome|give a (?:warm |big )?welcome to|extend a (?:warm )?welcome to) (?P<who>(?:our|the|a|an|all|everyone|[a-z]+ (?:who|to|and|our|from)) .+)",
        WishKind::Congratulate,
        |c| group(c, "who").map(|who| Read::Statement(format!("A warm welcome to {who}"))),
    ),
    // "congratulate …", "wish …", "welcome …"
    (
        r"<P>(?:congratulate|congrats to|celebrate|wish) (?:him|her|them|it)(?: (?:a bit|a little|please|well|properly|too|in style|for (?:me|us)))*",
        WishKind::Congratulate,
        |_| Some(Read::Instruction),
    ),
    (
        r"<P>(?:say |send )?(?:congratulate|congrats to|congratulations to|give congratulations to|send congratulations to|celebrate) (?P<who>.+)",
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
        r"<P>say (?P<what>(?:happy|merry|hello|hi|welcome|goodbye|farewell|sorry|good|congratulations|congrats|well done|hooray|bravo|cheers|hats off|get well|we|it|there|our|the)\b.+)",
        WishKind::Congratulate,
        |c| group(c, "what").map(|what| Read::Statement(what.to_owned())),
    ),
    (
        r"<P>(?:apologi[sz]e|say (?:sorry|we'?re sorry|we are sorry))(?: to <A>)?<ADV>",
        WishKind::Announce,
        |_| Some(Read::Statement("We are sorry".to_owned())),
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
        r"<P>(?:invite <A>,?|(?:send |post |do |write )?(?:an? )<L>(?:invitation|invite)(?: (?:for|to) <A>)?) (?:to|for) (?P<what>.+)",
        WishKind::Invite,
        |c| group(c, "what").map(|what| Read::Statement(invitation(c, what))),
    ),
    (r"<P>invite (?P<who>.+)", WishKind::Invite, |c| {
        group(c, "who").map(|who| Read::Statement(format!("We invite {who}")))
    }),
    // "remind …"
    (
        r"<P>(?:gently |kindly |politely |just |please )?(?:(?:remind|nudge|prod) <A>|send a reminder(?: to <A>)?|(?:just )?(?:a |another )?<L>(?:gentle |final |last |quick )?reminder(?: for <A>| to <A>)?)(?:,|:)? ?(?:that|:) ?(?P<rest>.+)",
        WishKind::Remind,
        |c| {
            group(c, "rest")
                .map(|rest| Read::Statement(format!("A reminder: {}", spelled(&to_reader(rest)))))
        },
    ),
    (
        r"<P>(?:gently |kindly |politely |just |please )?(?:remind|nudge|prod|poke) <A>,? (?P<what>(?:to|not to|about|of) .+)",
        WishKind::Remind,
        |c| group(c, "what").map(|what| Read::Statement(reminder(what))),
    ),
    (
        r"<P>(?:just )?(?:a |another )?<L>(?:gentle |final |last |quick )?reminder (?:for <A> )?(?P<what>(?:to|not to|about|of) .+)",
        WishKind::Remind,
        |c| group(c, "what").map(|what| Read::Statement(reminder(what))),
    ),
    (
        r"<P>(?:gently |kindly |politely |just |please )?(?:remind|nudge|prod|poke) <A>,? (?P<rest>.+)",
        WishKind::Remind,
        |c| {
            group(c, "rest")
                .map(|rest| Read::Statement(format!("A reminder: {}", spelled(&to_reader(rest)))))
        },
    ),
    // "ask …"
    (
        r"<P>(?:(?:ask|poll|survey|quiz|check|enquire|inquire|find out|put it to|ask around|ask round|put the question to|hear|get a (?:feel|sense|feeling) (?:for|of)|get an idea of|sound out|gauge|canvass|test the waters on|take the temperature on|start a poll|run a poll|do a (?:quick )?poll)<ADV>(?: (?:with|from|of|around|round|among))?(?: <A>)?(?: (?:nicely|politely|kindly|around|round))?(?: (?:on|about|as to|asking))?),?:? ?(?P<question>(?:what|which|who|who's|whom|whose|when|where|why|how|if|whether)\b.+)",
        WishKind::Ask,
        |c| group(c, "question").map(|question| Read::Statement(direct_question(question))),
    ),
    (
        r"(?:(?:i|we)(?:'?d| would) (?:like|love)|(?:i|we) (?:want|need)|i'm curious|we're curious|curious|would be good|it would be good|keen) to (?:hear|know|learn|find out|see)(?: from <A>)?,? (?P<question>(?:what|which|who|whose|when|where|why|how|if|whether)\b.+)",
        WishKind::Ask,
        |c| group(c, "question").map(|question| Read::Statement(direct_question(question))),
    ),
    (
        r"<P>(?:find out|see|check|figure out|work out|gauge) (?P<question>(?:what|which|who|how|if|whether)\b.+)",
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
        r"<P>(?:promote|advertise|mention|talk about|share|plug|publici[sz]e|highlight|hype(?: up)?|showcase|feature|big up|spread the (?:word|news) (?:about|of)|get the word out about|raise awareness (?:of|for|about)|draw attention to|drum up (?:interest|support) for) (?P<about>.+)",
        WishKind::Announce,
        about,
    ),
    (
        r#"<P>say(?: to <A>)?,? ["“]?(?P<rest>(?:we|it|the|our|there|this|from|on|no|all|you|every|a|an|i|to)\b.+?)["”]?"#,
        WishKind::Announce,
        statement,
    ),
];
