"""Which kanji are one and the same to a person who looks for a name: 髙 is 高, 渕 is 淵.

A line is one family; its first character stands for all of them. Sources: the old forms in brackets
of the list of common kanji (常用漢字表, Cabinet notice 2 of 2010) and of the list for names
(戸籍法施行規則別表第二), and the written variants of surnames that family registers keep
(the reduction of 戸籍統一文字 to JIS X 0213). Characters that Unicode itself unites (NFKC, the
compatibility block) are not repeated here.

Forms that are names of their own are kept apart: 坂 and 阪, 岡 and 崗, 畑 and 畠, 刈 and 苅, 修 and
脩. Who looks for one of them is asked how it is written.
"""

OLD_FORMS = """
亜亞 悪惡 圧壓 囲圍 医醫 為爲 壱壹弌 隠隱 栄榮 営營 衛衞 駅驛 円圓 塩鹽 縁緣 艶艷豔 応應 欧歐 殴毆
桜櫻 奥奧 横橫 温溫 穏穩 仮假 価價 画畫 会會 絵繪 壊壞 懐懷 拡擴 殻殼 覚覺 学學斈 岳嶽 楽樂 渇渴
缶罐 巻卷 陥陷 勧勸 寛寬 関關 歓歡 観觀 顔顏 気氣 帰歸皈 既旣 亀龜 偽僞 戯戲 犠犧 旧舊 拠據 挙擧
虚虛 峡峽 挟挾 狭狹 郷鄕鄉 教敎 暁曉 区區 駆驅駈 勲勳勛 薫薰 径徑 茎莖 恵惠 掲揭 渓溪谿 経經 蛍螢
軽輕 継繼 鶏鷄雞 芸藝 撃擊 欠缺 研硏 県縣 倹儉 剣劍劒劔釼 険險 圏圈 検檢 献獻 権權 顕顯 験驗 厳嚴
戸戶 呉吳 娯娛 広廣 効效 恒恆 黄黃 鉱鑛礦砿 号號 国國圀囯 黒黑 砕碎 済濟 斉齊斎齋斊 剤劑 歳歲
雑雜襍 参參 桟棧 蚕蠶 惨慘 産產 賛贊 残殘 糸絲 歯齒 児兒 辞辭 湿濕 実實寔 写寫 釈釋 寿壽 収收 従從
渋澁澀 獣獸 縦縱 粛肅 処處 緒緖 叙敍敘 将將 称稱 焼燒 証證 奨奬獎 条條 状狀 乗乘 浄淨 剰剩 畳疊疉
縄繩 壌壤 嬢孃 譲讓 醸釀 触觸 嘱囑 真眞 寝寢 慎愼 尽盡儘 図圖 粋粹 酔醉 穂穗 随隨 髄髓 枢樞 数數
瀬瀨 声聲 青靑 清淸 静靜 税稅 窃竊 摂攝 専專 浅淺 戦戰 践踐 銭錢 潜潛濳 繊纖 禅禪 双雙 壮壯 争爭
荘莊 捜搜 挿插揷 巣巢 曽曾 痩瘦 装裝 総總摠 騒騷 増增 蔵藏 臓臟 即卽 属屬 続續 堕墮 対對 体體躰軆
帯帶 滞滯 台臺 滝瀧 択擇 沢澤 担擔 単單 胆膽 団團 断斷 弾彈 遅遲 痴癡 虫蟲 昼晝 鋳鑄 庁廳 徴徵
聴聽 勅敕 鎮鎭 逓遞 鉄鐵鐡銕 点點奌 転轉 伝傳 党黨 盗盜 灯燈 当當 闘鬭鬪 稲稻 徳德 独獨 読讀 届屆
弐貳貮 悩惱 脳腦 覇霸 拝拜 廃廢 売賣 麦麥 発發 髪髮 抜拔 蛮蠻 秘祕 浜濱濵 瓶甁 払拂 仏佛 併倂 並竝
餅餠 変變 弁辨瓣辯 辺邊邉 歩步 宝寶寳 豊豐 褒襃 頬頰 翻飜 毎每 万萬 満滿 麺麵 黙默 弥彌 訳譯 薬藥
与與 予豫 余餘 誉譽 揺搖 様樣 謡謠 来來 頼賴 乱亂 覧覽 竜龍 両兩 猟獵 緑綠 涙淚 塁壘 礼禮 励勵
戻戾 霊靈 齢齡 恋戀 炉爐 労勞 郎郞 楼樓 録錄 湾灣 没沒歿
"""
"""The old forms of common kanji (旧字体, 康熙字典体)."""

OF_NAMES = """
高髙 崎﨑嵜碕 島嶋嶌嶹 吉𠮷 橋槗𣘺 柳栁桺 富冨 凛凜 淵渕渊 館舘 峰峯 桑桒 野埜 薮籔藪 土圡 桧檜
松枩柗 桝枡 蛎蠣 鯵鰺 靭靱 頚頸 壷壺 繍繡 鴎鷗 迩邇 尭堯 槙槇 遥遙 瑶瑤 亘亙 穣穰 涼凉 晃晄 熙煕凞
彦彥 禄祿 萌萠 達逹 鎌鐮 鋭銳 穎頴 巌巖巗嵓 強强 悦悅 本夲 湧涌 耀燿 猪豬 秋穐龝 竈竃 籠篭 聡聰
船舩 芦蘆 莱萊 蒋蔣 園薗 蘇蘓 裏裡 鈎鉤 間閒 隣鄰 騨驒 鶴靍靏鸖 麹麴 廼迺 迪廸 侠俠 倶俱 兎兔 冴冱
準凖 刃刄 厨廚 厩廏 叡睿 呑吞 呪咒 嘘噓 嚢囊 多夛 妍姸 冤寃 爾尓 屏屛 彝彜 掻搔 携攜 掴摑 撹攪
晋晉 棲栖 梼檮 棋棊 鬱欝 嘆歎 氷冰 溌潑 涛濤 煙烟 璃瓈 瑠璢 略畧 皐皋 鼓皷 杯盃 蓋盖葢 砺礪 祷禱
窓窗窻 竪豎 箏筝 箪簞 糾糺 綿緜 群羣 翠翆 恥耻 肇肈 脈脉 腸膓 舗舖 苺莓 菟莵 蕊蘂 蝉蟬 蝋蠟 蝿蠅
詠咏 讃讚 讐讎 貌貎 跡迹 輌輛 逃迯 村邨 醤醬 址阯 隷隸 雁鴈 韮韭 頽頹 顛顚 鳧鳬 麼麽 鼠鼡 祢禰
薙彅 暦曆 歴歷 飲飮 飾餝 筆笔 器噐 回囘廻 花蘤 草艸 舎舍 虎乕 蛇虵 衆眾 賓賔 鉢盋 麻蔴 丘坵 世卋丗
夢梦 宜冝 宮宫 尚尙 岩嵒 峨峩 崇崈 庵菴 柿柹 梁樑 考攷 勇勈 函凾 卒卆 暖煖 奈柰 第㐧
"""
"""Variants of the kanji of names, as family registers keep them."""


def _stands_for() -> dict[str, str]:
    return {
        variant: family[0] for family in (OLD_FORMS + OF_NAMES).split() for variant in family[1:]
    }


STANDS_FOR = _stands_for()
"""Each variant with the character that stands for its family."""
