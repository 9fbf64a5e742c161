//! Names of people, companies and streets. The city 九九市 is nowhere; surnames follow the shares of the published
//! counts of Chinese surnames, given names are put together from common characters.

use crate::dice::Dice;

/// Surname, pinyin, share in ten thousand (rounded; the rest of the population is spread over rarer names).
const SURNAMES: [(&str, &str, u32); 60] = [
    ("王", "WANG", 725),
    ("李", "LI", 719),
    ("张", "ZHANG", 683),
    ("刘", "LIU", 538),
    ("陈", "CHEN", 453),
    ("杨", "YANG", 308),
    ("黄", "HUANG", 223),
    ("赵", "ZHAO", 229),
    ("吴", "WU", 205),
    ("周", "ZHOU", 212),
    ("徐", "XU", 167),
    ("孙", "SUN", 154),
    ("马", "MA", 129),
    ("朱", "ZHU", 126),
    ("胡", "HU", 131),
    ("郭", "GUO", 115),
    ("何", "HE", 113),
    ("高", "GAO", 100),
    ("林", "LIN", 118),
    ("罗", "LUO", 86),
    ("郑", "ZHENG", 93),
    ("梁", "LIANG", 84),
    ("谢", "XIE", 72),
    ("宋", "SONG", 81),
    ("唐", "TANG", 65),
    ("许", "XU", 66),
    ("韩", "HAN", 68),
    ("冯", "FENG", 64),
    ("邓", "DENG", 62),
    ("曹", "CAO", 60),
    ("彭", "PENG", 58),
    ("曾", "ZENG", 58),
    ("肖", "XIAO", 56),
    ("田", "TIAN", 52),
    ("董", "DONG", 51),
    ("袁", "YUAN", 50),
    ("潘", "PAN", 50),
    ("于", "YU", 48),
    ("蒋", "JIANG", 47),
    ("蔡", "CAI", 46),
    ("余", "YU", 46),
    ("杜", "DU", 45),
    ("叶", "YE", 44),
    ("程", "CHENG", 43),
    ("苏", "SU", 42),
    ("魏", "WEI", 42),
    ("吕", "LYU", 41),
    ("丁", "DING", 40),
    ("任", "REN", 39),
    ("沈", "SHEN", 38),
    ("姚", "YAO", 37),
    ("卢", "LU", 36),
    ("姜", "JIANG", 35),
    ("崔", "CUI", 34),
    ("单", "SHAN", 8),
    ("仇", "QIU", 4),
    ("查", "ZHA", 4),
    ("欧阳", "OUYANG", 7),
    ("诸葛", "ZHUGE", 2),
    ("买买提·", "MAIMAITI ", 3),
];

/// Characters of given names with pinyin and weight. 珅, 烜, 瑋 and 誠 hold a delimiter byte in GB18030; 𠮷 has four
/// bytes there and is not in GBK.
const GIVEN: [(&str, &str, u32); 84] = [
    ("伟", "WEI", 30),
    ("芳", "FANG", 28),
    ("娜", "NA", 22),
    ("敏", "MIN", 30),
    ("静", "JING", 28),
    ("丽", "LI", 30),
    ("强", "QIANG", 24),
    ("磊", "LEI", 20),
    ("军", "JUN", 26),
    ("洋", "YANG", 18),
    ("勇", "YONG", 20),
    ("艳", "YAN", 22),
    ("杰", "JIE", 26),
    ("娟", "JUAN", 18),
    ("涛", "TAO", 18),
    ("明", "MING", 34),
    ("超", "CHAO", 18),
    ("秀", "XIU", 24),
    ("英", "YING", 30),
    ("霞", "XIA", 18),
    ("平", "PING", 26),
    ("刚", "GANG", 14),
    ("桂", "GUI", 18),
    ("玉", "YU", 24),
    ("兰", "LAN", 18),
    ("建", "JIAN", 28),
    ("国", "GUO", 22),
    ("华", "HUA", 36),
    ("志", "ZHI", 24),
    ("文", "WEN", 34),
    ("斌", "BIN", 16),
    ("宇", "YU", 22),
    ("浩", "HAO", 24),
    ("凯", "KAI", 16),
    ("欣", "XIN", 20),
    ("怡", "YI", 18),
    ("子", "ZI", 28),
    ("涵", "HAN", 20),
    ("梓", "ZI", 18),
    ("萱", "XUAN", 14),
    ("然", "RAN", 16),
    ("雨", "YU", 22),
    ("桐", "TONG", 10),
    ("一", "YI", 16),
    ("诺", "NUO", 10),
    ("晨", "CHEN", 16),
    ("婷", "TING", 22),
    ("红", "HONG", 24),
    ("梅", "MEI", 22),
    ("春", "CHUN", 18),
    ("海", "HAI", 20),
    ("金", "JIN", 18),
    ("德", "DE", 14),
    ("永", "YONG", 16),
    ("新", "XIN", 14),
    ("成", "CHENG", 14),
    ("荣", "RONG", 14),
    ("林", "LIN", 22),
    ("峰", "FENG", 18),
    ("辉", "HUI", 20),
    ("俊", "JUN", 18),
    ("健", "JIAN", 16),
    ("佳", "JIA", 20),
    ("慧", "HUI", 18),
    ("琳", "LIN", 14),
    ("雪", "XUE", 16),
    ("莉", "LI", 14),
    ("玲", "LING", 20),
    ("燕", "YAN", 18),
    ("波", "BO", 16),
    ("鹏", "PENG", 16),
    ("飞", "FEI", 16),
    ("龙", "LONG", 14),
    ("云", "YUN", 18),
    ("阳", "YANG", 16),
    ("思", "SI", 18),
    ("嘉", "JIA", 16),
    ("轩", "XUAN", 14),
    ("珍", "ZHEN", 16),
    ("珅", "SHEN", 2),
    ("烜", "XUAN", 2),
    ("瑋", "WEI", 1),
    ("誠", "CHENG", 1),
    ("𠮷", "JI", 1),
];

/// Characters that typists take for one another: same sound or same look.
const CONFUSED: [(char, char); 26] = [
    ('伟', '玮'),
    ('丽', '莉'),
    ('静', '婧'),
    ('芳', '方'),
    ('建', '健'),
    ('华', '花'),
    ('军', '君'),
    ('明', '名'),
    ('辉', '晖'),
    ('欣', '心'),
    ('宇', '雨'),
    ('浩', '昊'),
    ('杰', '洁'),
    ('平', '萍'),
    ('霞', '侠'),
    ('文', '雯'),
    ('梅', '玫'),
    ('红', '洪'),
    ('峰', '锋'),
    ('佳', '嘉'),
    ('慧', '惠'),
    ('玲', '铃'),
    ('燕', '艳'),
    ('阳', '洋'),
    ('肖', '萧'),
    ('于', '余'),
];

/// Simplified and traditional forms.
const TRADITIONAL: [(char, char); 18] = [
    ('张', '張'),
    ('刘', '劉'),
    ('陈', '陳'),
    ('杨', '楊'),
    ('黄', '黃'),
    ('赵', '趙'),
    ('吴', '吳'),
    ('孙', '孫'),
    ('马', '馬'),
    ('丽', '麗'),
    ('伟', '偉'),
    ('国', '國'),
    ('华', '華'),
    ('强', '強'),
    ('静', '靜'),
    ('军', '軍'),
    ('涛', '濤'),
    ('兰', '蘭'),
];

const ROADS: [&str; 24] = [
    "人民路",
    "中山路",
    "解放路",
    "建设路",
    "和平路",
    "新华路",
    "文化路",
    "朝阳街",
    "胜利街",
    "光明街",
    "青年路",
    "友谊路",
    "迎宾大道",
    "滨河路",
    "幸福路",
    "团结路",
    "工业路",
    "学府路",
    "东风路",
    "长江路",
    "黄河路",
    "珠江路",
    "体育场路",
    "火车站街",
];
const ESTATES: [&str; 20] = [
    "阳光花园",
    "锦绣家园",
    "幸福里",
    "金色港湾",
    "翠湖苑",
    "东方名城",
    "世纪嘉园",
    "和谐小区",
    "丽景湾",
    "御景华府",
    "紫荆园",
    "书香门第",
    "枫林苑",
    "碧水湾",
    "银杏园",
    "天成家园",
    "盛世豪庭",
    "安居小区",
    "康乐新村",
    "育才小区",
];
/// Districts of the city; their number is the last part of the region code 99DDNN.
pub const DISTRICTS: [&str; 12] = [
    "东城区",
    "西城区",
    "南湖区",
    "北山区",
    "高新区",
    "开发区",
    "青溪县",
    "白水县",
    "云岭县",
    "平川县",
    "临江县",
    "石桥县",
];
const COMPANY_WORDS: [&str; 28] = [
    "海", "川", "鑫", "盛", "华", "泰", "恒", "达", "宏", "源", "瑞", "祥", "隆", "昌", "万", "嘉", "博", "远", "天",
    "诚", "金", "辉", "东", "方", "新", "联", "启", "航",
];
const COMPANY_TRADES: [(&str, &str); 16] = [
    ("商贸", "F51"),
    ("建材", "F51"),
    ("食品", "C14"),
    ("机械制造", "C34"),
    ("纺织", "C17"),
    ("物流", "G54"),
    ("电子科技", "C39"),
    ("餐饮管理", "H62"),
    ("建筑工程", "E47"),
    ("农业发展", "A01"),
    ("医药", "F51"),
    ("教育咨询", "P83"),
    ("汽车服务", "O81"),
    ("装饰工程", "E50"),
    ("信息技术", "I65"),
    ("化工", "C26"),
];
const SHOP_TRADES: [(&str, &str); 12] = [
    ("便利店", "F52"),
    ("餐馆", "H62"),
    ("五金店", "F52"),
    ("服装店", "F52"),
    ("水果批发部", "F51"),
    ("理发店", "O80"),
    ("药店", "F52"),
    ("建材经营部", "F51"),
    ("修理厂", "O81"),
    ("茶叶店", "F52"),
    ("文具店", "F52"),
    ("早餐店", "H62"),
];
/// Banks of the customers' other accounts.
pub const OTHER_BANKS: [(&str, &str); 6] = [
    ("990100000001", "九九农商银行"),
    ("990200000002", "云岭村镇银行"),
    ("990300000003", "东方商业银行"),
    ("990400000004", "平川城市银行"),
    ("990500000005", "远航证券"),
    ("990600000006", "九九邮储"),
];
/// Merchants and utilities with their category code (ISO 18245).
pub const MERCHANTS: [(&str, u16); 18] = [
    ("九九百货", 5311),
    ("万家超市", 5411),
    ("好味餐饮", 5812),
    ("快捷出行", 4121),
    ("九九加油站", 5541),
    ("康民大药房", 5912),
    ("青松书店", 5942),
    ("星光影城", 7832),
    ("悦来酒店", 7011),
    ("美家家居", 5712),
    ("数码天地", 5732),
    ("童乐母婴", 5641),
    ("丝路服饰", 5651),
    ("健身工场", 7997),
    ("九九水务", 4900),
    ("九九电力", 4900),
    ("九九燃气", 4900),
    ("九九移动", 4814),
];
const EMAIL_HOSTS: [&str; 4] = ["example.com", "example.org", "mail.example.com", "corp.example.net"];

/// A person's name in characters and pinyin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// As on the document.
    pub text: String,
    /// Pinyin, surname first, as on a passport or a card.
    pub latin: String,
    /// How much of `text` is the surname, in bytes.
    pub surname_bytes: usize,
}

impl Name {
    /// A new name.
    pub fn draw(dice: &mut Dice) -> Self {
        let total: u32 = SURNAMES.iter().map(|(_, _, share)| share).sum();
        let mut point = u32::try_from(dice.between(0, i64::from(total) - 1)).unwrap_or(0);
        let mut surname = (SURNAMES[0].0, SURNAMES[0].1);
        for (text, latin, share) in SURNAMES {
            if point < share {
                surname = (text, latin);
                break;
            }
            point -= share;
        }
        Name::of_family(surname, dice)
    }

    /// A new name with the surname of a relative.
    pub fn of_relative(relative: &Name, dice: &mut Dice) -> Self {
        let surname = &relative.text[..relative.surname_bytes];
        let known = SURNAMES.iter().find(|(text, _, _)| *text == surname);
        Name::of_family(known.map_or((SURNAMES[0].0, SURNAMES[0].1), |(text, latin, _)| (*text, *latin)), dice)
    }

    fn of_family((surname, surname_latin): (&str, &str), dice: &mut Dice) -> Self {
        let count = if dice.chance(2_200) { 1 } else { 2 };
        let (mut text, mut latin) = (surname.to_owned(), format!("{} ", surname_latin.trim_end()));
        for _ in 0..count {
            let (character, sound) = given(dice);
            text.push_str(character);
            latin.push_str(sound);
        }
        Name { text, latin, surname_bytes: surname.len() }
    }

    /// The name with one typing error: a confused character, else two characters swapped.
    #[must_use]
    pub fn mistyped(text: &str) -> String {
        let mut characters: Vec<char> = text.chars().collect();
        for character in &mut characters {
            let other = CONFUSED.iter().find_map(|(a, b)| match *character {
                c if c == *a => Some(*b),
                c if c == *b => Some(*a),
                _ => None,
            });
            if let Some(other) = other {
                *character = other;
                return characters.into_iter().collect();
            }
        }
        let last = characters.len();
        if last >= 3 {
            characters.swap(last - 1, last - 2);
        }
        characters.into_iter().collect()
    }

    /// The name as another keyboard writes it: traditional characters, else a full-width space inside, and another
    /// interpunct.
    #[must_use]
    pub fn written_otherwise(text: &str) -> String {
        let changed: String =
            text.chars().map(|c| TRADITIONAL.iter().find(|(s, _)| *s == c).map_or(c, |(_, t)| *t)).collect();
        if changed != text {
            return changed;
        }
        if text.contains('·') {
            return text.replace('·', "•");
        }
        let mut characters = text.chars();
        let first = characters.next().map(String::from).unwrap_or_default();
        format!("{first}\u{3000}{}", characters.as_str())
    }
}

fn given(dice: &mut Dice) -> (&'static str, &'static str) {
    let total: u32 = GIVEN.iter().map(|(_, _, weight)| weight).sum();
    let mut point = u32::try_from(dice.between(0, i64::from(total) - 1)).unwrap_or(0);
    for (text, latin, weight) in GIVEN {
        if point < weight {
            return (text, latin);
        }
        point -= weight;
    }
    ("文", "WEN")
}

/// An address of the city, down to the door.
pub fn address(dice: &mut Dice) -> String {
    format!(
        "九九市{}{}{}号{}{}栋{}单元{}室",
        dice.pick(&DISTRICTS),
        dice.pick(&ROADS),
        dice.between(1, 499),
        dice.pick(&ESTATES),
        dice.between(1, 40),
        dice.between(1, 6),
        dice.between(1, 32) * 100 + dice.between(1, 6)
    )
}

/// An address as another clerk shortens it.
#[must_use]
pub fn shortened_address(address: &str) -> String {
    let text = address.replace("九九市", "").replace("单元", "-").replace('栋', "#-");
    text.strip_suffix('室').unwrap_or(&text).to_owned()
}

/// An e-mail address of a reserved domain.
pub fn email(dice: &mut Dice, latin: &str) -> String {
    let local: String = latin.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    format!("{local}{}@{}", dice.between(1, 9_999), dice.pick(&EMAIL_HOSTS))
}

/// Name and industry (GB/T 4754) of a company.
pub fn company(dice: &mut Dice) -> (String, &'static str) {
    let (trade, industry) = dice.pick(&COMPANY_TRADES);
    let form = if dice.chance(1_500) { "股份有限公司" } else { "有限公司" };
    let name =
        format!("九九市{}{}{}{trade}{form}", word(dice), word(dice), if dice.chance(4_000) { word(dice) } else { "" });
    (name, industry)
}

/// Name and industry of a sole proprietor's shop.
pub fn shop(dice: &mut Dice) -> (String, &'static str) {
    let (trade, industry) = dice.pick(&SHOP_TRADES);
    (format!("九九市{}{}{}{trade}", dice.pick(&DISTRICTS), word(dice), word(dice)), industry)
}

fn word(dice: &mut Dice) -> &'static str {
    dice.pick(&COMPANY_WORDS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Purpose;

    #[test]
    fn typing_errors_and_other_keyboards_change_a_name_but_little() {
        assert_eq!(Name::mistyped("王伟"), "王玮");
        assert_eq!(Name::mistyped("高子涵"), "高涵子");
        assert_eq!(Name::written_otherwise("张敏"), "張敏");
        assert_eq!(Name::written_otherwise("高敏"), "高\u{3000}敏");
        assert_eq!(Name::written_otherwise("买买提·金"), "买买提•金");
    }

    #[test]
    fn relatives_share_the_surname_and_pinyin_follows() {
        let mut dice = Dice::new(1, Purpose::People, 1);
        let father = Name::draw(&mut dice);
        let child = Name::of_relative(&father, &mut dice);
        assert_eq!(father.text[..father.surname_bytes], child.text[..child.surname_bytes]);
        assert!(child.latin.is_ascii() && child.latin.contains(' '));
    }

    #[test]
    fn addresses_shorten() {
        assert_eq!(shortened_address("九九市东城区人民路5号幸福里3栋2单元101室"), "东城区人民路5号幸福里3#-2-101");
    }
}
