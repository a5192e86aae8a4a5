//! Korean particles: a word and the form of the particle that its last sound asks for.
//!
//! `{ JOSA($peer, "이", "가") }` writes `7001이` and `7002가`. Fluent has no such function of its own.

use fluent_bundle::{FluentArgs, FluentValue};

/// JOSA(word, form after a consonant, form after a vowel): the word with the right form.
pub(super) fn josa<'a>(positional: &[FluentValue<'a>], _: &FluentArgs<'_>) -> FluentValue<'a> {
    let [word, closed, open] = positional else { return FluentValue::Error };
    let (word, closed, open) = (plain(word), plain(closed), plain(open));
    // `으로`, unlike the others, is `로` after ㄹ too.
    let form = match last_sound(&word) {
        Sound::Vowel => &open,
        Sound::Rieul if closed.starts_with("으로") => &open,
        Sound::Rieul | Sound::Consonant => &closed,
    };
    FluentValue::from(format!("{word}{form}"))
}

fn plain(value: &FluentValue<'_>) -> String {
    match value {
        FluentValue::String(text) => text.to_string(),
        FluentValue::Number(number) => number.as_string().into_owned(),
        _ => String::new(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sound {
    Vowel,
    Rieul,
    Consonant,
}

/// How the last letter or digit of `word` ends when it is read aloud in Korean.
fn last_sound(word: &str) -> Sound {
    let Some(last) = word.chars().rev().find(|c| c.is_alphanumeric()) else { return Sound::Vowel };
    match last {
        '가'..='힣' => match (last as u32 - '가' as u32) % 28 {
            0 => Sound::Vowel,
            8 => Sound::Rieul,
            _ => Sound::Consonant,
        },
        '1' | '7' | '8' | 'l' | 'L' | 'r' | 'R' => Sound::Rieul,
        '0' | '3' | '6' | 'm' | 'M' | 'n' | 'N' => Sound::Consonant,
        _ => Sound::Vowel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_particle_follows_the_last_sound_of_a_port() {
        let write = |word: &'static str, forms: [&'static str; 2]| {
            let [closed, open] = forms;
            let args = [word.into(), closed.into(), open.into()];
            plain(&josa(&args, &FluentArgs::new()))
        };
        let subjects = ["7001", "7002", "7003", "7004", "7005", "7006"];
        let written = subjects.map(|port| write(port, ["이", "가"]));
        assert_eq!(written, ["7001이", "7002가", "7003이", "7004가", "7005가", "7006이"]);
        assert_eq!(write("7001", ["으로", "로"]), "7001로");
        assert_eq!(write("7006", ["으로", "로"]), "7006으로");
        assert_eq!(write("슬롯", ["을", "를"]), "슬롯을");
    }
}
