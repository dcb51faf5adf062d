//! Letters that the program's own fonts lack. Names and paths may be Chinese, Japanese or Korean: their fonts are many
//! megabytes, so the system's are taken, and only when such a letter is to be shown.

use egui::epaint::text::{FallbackRequest, FontInsert, FontPriority, InsertFontFamily};
use egui::{Context, FontData, FontFamily};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Where systems keep fonts with letters of all three, the better ones first.
const FONTS: &[&str] = &[
    // Debian and Ubuntu, Fedora, Arch.
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    // macOS.
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/AppleSDGothicNeo.ttc",
    "/Library/Fonts/Arial Unicode.ttf",
    // Windows.
    "C:\\Windows\\Fonts\\msyh.ttc",
    "C:\\Windows\\Fonts\\YuGothM.ttc",
    "C:\\Windows\\Fonts\\malgun.ttf",
];

/// Has the system's fonts asked for what the program's own lack.
pub(super) fn use_system_fonts(ctx: &Context) {
    // Each kind of type is asked about by itself.
    let (proportional, monospace) = (AtomicUsize::new(0), AtomicUsize::new(0));
    ctx.add_font_provider(Arc::new(move |request: &FallbackRequest<'_>| {
        request.cluster.chars().next().filter(|letter| is_east_asian(*letter))?;
        let next = if *request.family == FontFamily::Monospace { &monospace } else { &proportional };
        // Each file is read once: a letter that none has is not looked for over and over.
        let rest = FONTS.get(next.load(Ordering::Relaxed)..)?;
        let found = rest.iter().position(|path| Path::new(path).is_file())?;
        next.fetch_add(found + 1, Ordering::Relaxed);
        font(rest[found], request.family)
    }));
}

fn font(path: &str, family: &FontFamily) -> Option<FontInsert> {
    let bytes = std::fs::read(path).ok().filter(|bytes| is_font(bytes))?;
    let family = InsertFontFamily { family: family.clone(), priority: FontPriority::Lowest };
    Some(FontInsert::new(path, FontData::from_owned(bytes), vec![family]))
}

/// OpenType, TrueType, or a collection of them.
fn is_font(bytes: &[u8]) -> bool {
    [&b"ttcf"[..], b"OTTO", b"true", &[0, 1, 0, 0]].iter().any(|magic| bytes.starts_with(magic))
}

/// Ideographs, kana, hangul, and their punctuation.
fn is_east_asian(letter: char) -> bool {
    matches!(
        u32::from(letter),
        0x1100..=0x11ff | 0x2e80..=0x9fff | 0xa960..=0xa97f | 0xac00..=0xd7ff | 0xf900..=0xfaff | 0xfe30..=0xfe4f
            | 0xff00..=0xffef | 0x1_f200..=0x1_f2ff | 0x2_0000..=0x3_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_the_east_are_told_from_others() {
        assert!("漢字かなカナ한글、「」（）".chars().all(is_east_asian));
        assert!(!"main <module> é λ я → … \u{1f600}".chars().any(is_east_asian));
    }

    #[test]
    fn what_is_no_font_is_not_taken_for_one() {
        assert!(is_font(b"ttcf\0\x01") && is_font(&[0, 1, 0, 0, 0]) && is_font(b"OTTO"));
        assert!(!is_font(b"") && !is_font(b"<html>"));
    }
}
