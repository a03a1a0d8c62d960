"""Everyday words for things whose Unicode names are stiff, and words that say nothing of a picture. Written for Renga."""

from __future__ import annotations

_THINGS = """
deciduous tree: tree|oak|oak tree|big tree = 树 大树 树木
evergreen tree: forest|woods|fir|fir tree|pine|spruce = 森林 树林 松柏
potted plant: plant|houseplant = 植物 盆栽
leaf fluttering in wind: leaf|green leaf = 叶子 树叶 绿叶
blossom: flower|daisy = 花 花朵 小花
bouquet: flowers|bunch of flowers = 鲜花
cherry blossom: sakura = 樱花树
cactus: succulent = 多肉
full moon: moon = 月亮 月 月球
crescent moon: half moon|new crescent = 月牙
sun: sunshine|sunlight = 阳光 日头
star: little star = 星 小星星
glowing star: stars|shining star = 繁星
ringed planet: planet = 行星 星球 土星
milky way: galaxy|universe|outer space = 银河系 星系 宇宙
globe of the earth: earth|globe|world|the world = 地球 世界
comet: asteroid = 陨石
shooting star: meteor|meteorite =
rocket: spaceship|spacecraft|starship|space ship|space shuttle = 飞船 宇宙飞船 太空船
flying saucer: alien ship = 不明飞行物
astronaut: spaceman|cosmonaut = 太空人 航天员 宇航员
robot: android|droid = 机器
ogre: monster = 怪兽 怪物
smiling face with horns: devil|demon = 魔鬼 恶魔
baby angel: angel|cherub|cupid = 天使
ghost: spirit|phantom|spook = 幽灵 鬼魂
skull: skeleton = 骷髅头 骨架
mage: wizard|witch|sorcerer|warlock = 巫师 女巫 魔法师 巫婆
fairy: pixie = 小仙女
merperson: mermaid|merman = 美人鱼
sauropod: dinosaur|brontosaurus|diplodocus = 恐龙
t rex: tyrannosaurus|trex|tyrannosaurus rex = 暴龙
fire: flame|flames|campfire|bonfire = 火 篝火 火苗
droplet: water|water drop|raindrop|drop = 水 水珠 雨滴
water wave: wave|waves|sea|ocean|ocean wave = 波浪 海 大海 海洋 海浪 波涛
cloud with rain: rain|rain cloud = 雨 雨天 大雨
cloud with lightning and rain: storm|thunderstorm = 暴风雨 暴雨
high voltage: lightning|thunder|thunderbolt|lightning bolt = 闪电 雷电 雷
snowflake: snow = 雪 雪片
wind face: wind = 风
sun behind cloud: sky|cloudy sky = 天空
night with stars: night|starry night = 夜 夜晚的城市
sunrise: dawn|daybreak = 黎明
cityscape at dusk: dusk|evening|twilight = 黄昏 傍晚
cityscape: city|town|skyline = 城市 都市 城镇
houses: village = 村庄 村子
house: home|cottage = 房屋 家 屋子
hut: cabin|shack = 茅屋 木屋
office building: skyscraper|building = 大楼 高楼 摩天大楼 楼房
castle: palace|fortress = 城堡 宫殿
classical building: temple|museum = 博物馆
shinto shrine: shrine|torii = 鸟居
convenience store: shop|store = 商店
desert island: island = 岛 小岛 海岛
beach with umbrella: beach|seaside = 海滩 沙滩 海边
bridge at night: bridge = 桥 大桥
motorway: road|highway|street = 路 公路 马路
tokyo tower: tower = 塔
snow capped mountain: mountains|alps = 高山 雪峰
rock: stone|boulder = 石头
red heart: heart|love|valentine = 心 爱心 爱 爱情
two hearts: hearts =
kiss mark: kiss = 吻
smiling face: smiley|smiley face|smile|smiling = 笑脸
grinning face: happy|happy face|joy|glad|cheerful = 开心 快乐 高兴
crying face: cry|crying|tears|weeping = 哭脸 哭泣
pensive face: sad|sadness|unhappy = 伤心 难过 悲伤
face with tears of joy: laugh|laughing|lol|haha = 笑哭
angry face: angry|anger|mad|furious = 愤怒
smiling face with sunglasses: cool = 酷
sleeping face: sleep|sleeping|asleep = 睡觉 睡眠
sleepy face: sleepy = 困倦
tired face: tired|exhausted = 疲惫
astonished face: surprised|shocked|surprise = 惊讶
face screaming in fear: scared|scream|screaming|terror = 尖叫
partying face: party = 派对 聚会
winking face: wink|winking = 眨眼睛
thinking face: thinking|thoughtful = 思考
cat: tabby|kitty|cats = 猫咪 猫猫 喵喵
cat face: kitten = 小猫 猫头
dog: doggo|hound|dogs = 狗狗 大狗
dog face: puppy|pup|doggy = 小狗 汪汪
rabbit: bunny|hare = 兔 小兔 小兔子 白兔
mouse: mice = 小老鼠 鼠
bear: grizzly = 小熊 棕熊
horse: pony|stallion|mare = 马儿 小马
cow: cattle = 牛 母牛
ox: bull =
water buffalo: buffalo =
ewe: sheep|lamb = 羊 绵羊 小羊
goat: kid goat = 小山羊
pig: piglet|hog = 小猪 猪猪
chipmunk: squirrel = 小松鼠
llama: alpaca = 羊驼 美洲驼 草泥马
crocodile: alligator|croc =
turtle: tortoise = 乌龟 海龟
frog: toad = 小青蛙 蛤蟆
snake: serpent|viper|cobra = 小蛇
orca: killer whale =
whale: blue whale = 鲸
tropical fish: goldfish|clownfish = 金鱼
fish: salmon|tuna|cod = 小鱼 鱼儿
octopus: kraken = 八爪鱼
chicken: hen = 母鸡
baby chick: chick = 小鸡仔
bird: birdie|sparrow|robin|seagull|gull = 小鸟 麻雀 海鸥
black bird: raven|crow|blackbird = 乌鸦
dove: pigeon = 鸽子
eagle: hawk|falcon = 老鹰
duck: duckling = 小鸭子 鸭
swan: cygnet =
honeybee: bee|bumblebee|wasp = 蜂 小蜜蜂
lady beetle: ladybug|ladybird =
bug: caterpillar = 毛虫
ant: ants =
lion: lioness = 雄狮
tiger: tigress = 虎
wolf: wolves = 大灰狼
fox: vixen = 小狐狸 狐
panda: giant panda = 大熊猫
dragon: wyvern = 巨龙 飞龙
unicorn: pegasus =
red apple: apple = 苹果
tangerine: orange|mandarin|clementine = 橙子 桔子
lemon: lemons =
cherries: cherry = 樱桃
hot pepper: chili|chilli|chile|pepper = 辣椒
ear of corn: corn|maize|corn on the cob = 苞米
eggplant: aubergine = 茄
tomato: tomatoes = 番茄
potato: potatoes = 马铃薯 洋芋
pineapple: pineapples = 凤梨
avocado: avocados = 牛油果
jack o lantern: pumpkin|halloween = 南瓜 万圣节
kiwi fruit: kiwi = 奇异果
hamburger: burger|cheeseburger = 汉堡包
french fries: fries|chips = 薯条儿
steaming bowl: noodles|ramen|soup|noodle soup|pho = 面 拉面 汤面 汤
spaghetti: pasta = 意大利面
cooked rice: rice|bowl of rice = 饭 大米
cheese wedge: cheese = 奶酪 乳酪
meat on bone: meat = 肉
poultry leg: chicken leg|drumstick = 鸡腿
cooking: fried egg|omelette = 荷包蛋
egg: eggs = 鸡蛋
bread: toast|loaf = 吐司
birthday cake: cake|birthday = 蛋糕 生日
chocolate bar: chocolate = 巧克力棒
ice cream: icecream|sundae = 冰激凌 雪糕
soft ice cream: ice cream cone = 甜筒
doughnut: donut =
cookie: biscuit = 曲奇
candy: sweets = 糖果
pot of food: stew|hotpot|hot pot = 火锅
takeout box: chinese takeout =
bubble tea: boba|milk tea = 奶茶
hot beverage: coffee|cup of coffee|cup|mug|cappuccino|latte|espresso = 咖啡 杯子
teacup without handle: tea|cup of tea|green tea = 茶 茶杯
beer mug: beer = 啤酒杯
wine glass: wine|red wine = 红酒 酒
glass of milk: milk = 牛奶
cocktail glass: cocktail|martini =
beverage box: juice|juice box = 果汁
cup with straw: soda|cola|lemonade = 可乐 汽水
bottle with popping cork: champagne|bottle = 香槟 瓶子
honey pot: honey =
fork and knife: cutlery|fork = 叉子
kitchen knife: knife = 刀
bowl with spoon: bowl = 碗
fork and knife with plate: plate|dinner = 盘子
shallow pan of food: pan|frying pan|paella = 平底锅
automobile: car = 车 小汽车 轿车
racing car: race car|sports car = 跑车
articulated lorry: truck|lorry = 卡车 大货车
delivery truck: van = 面包车
sport utility vehicle: suv|jeep = 吉普车
fire engine: fire truck|firetruck =
taxi: cab|taxicab = 的士 计程车
bus: coach = 公车 巴士 公共汽车
bicycle: bike = 单车 脚踏车
motorcycle: motorbike = 摩托车 机车
airplane: plane|aeroplane|jet = 客机
locomotive: steam train|steam engine = 蒸汽机车
high speed train: fast train = 高铁
metro: subway|underground =
sailboat: boat|sailing boat|yacht = 小船 游艇
passenger ship: cruise ship = 轮船
hourglass done: hourglass =
mantelpiece clock: clock = 钟 时钟 钟表
alarm clock: alarm =
mobile phone: phone|smartphone|cell phone|cellphone|iphone = 电话机 智能手机
laptop: notebook computer = 笔记本 笔电
computer mouse: pc mouse = 滑鼠 鼠标
desktop computer: computer|pc = 电脑 计算机
television: tv = 电视
headphone: headphones|headset|earphones = 头戴耳机
light bulb: lightbulb|lamp|bulb = 灯 电灯
red paper lantern: lantern = 灯笼
flashlight: torch =
couch and lamp: sofa|couch = 沙发
closed book: book = 书本
books: pile of books|stack of books = 书籍
musical keyboard: piano = 钢琴
musical notes: music = 音乐
drum: drums|drum kit = 架子鼓
guitar: electric guitar =
video game: game controller|gamepad|controller|gaming = 游戏机 手柄
soccer ball: football|soccer|ball = 球
game die: dice|die =
joker: playing card|cards = 扑克牌
wrapped gift: gift|present|gift box = 礼品 礼盒
christmas tree: christmas|xmas = 圣诞 圣诞节
santa claus: santa|father christmas =
fireworks: new year = 新年
firecracker: chinese new year = 春节 鞭炮
crossed swords: sword|swords|katana = 剑 宝剑 刀剑
bow and arrow: bow|arrow|archer = 弓箭
shield: shields = 盾
water pistol: gun|pistol = 枪
gem stone: diamond|gem|jewel|crystal|gemstone = 钻石 水晶
crown: royal crown = 王冠
person with crown: king|queen = 国王 女王 皇帝
treasure chest: treasure|chest = 宝藏
trophy: prize =
1st place medal: gold medal =
2nd place medal: silver medal =
3rd place medal: bronze medal =
sports medal: medal = 奖章
locked: lock|padlock = 锁
magnifying glass tilted left: magnifying glass|magnifier = 放大镜
envelope: letter|mail = 信 信件
package: box|parcel|cardboard box = 盒子 箱子
handbag: bag = 包 包包
t shirt: shirt|tshirt|tee = 衣服 上衣
jeans: trousers|pants = 裤子
dress: skirt|gown = 裙子
top hat: hat = 帽子
billed cap: cap|baseball cap = 棒球帽
running shoe: shoe|shoes|sneaker|sneakers|trainers = 鞋 鞋子 运动鞋
hiking boot: boot|boots = 靴子
ribbon: hair bow = 丝带
teddy bear: toy|plush = 玩具 毛绒熊
nesting dolls: doll|matryoshka = 娃娃
framed picture: picture frame =
balloon: balloons|hot air balloon = 热气球
adhesive bandage: bandaid|band aid|bandage|plaster =
gear: cog =
wood: log|timber =
health worker: doctor|nurse = 医生 护士
police officer: policeman|cop|police =
firefighter: fireman =
cook: chef =
technologist: programmer|coder|hacker|developer|engineer = 黑客 工程师
old man: grandpa|grandfather|granddad = 爷爷
old woman: grandma|grandmother|granny = 奶奶
child: kid = 孩子 小孩
man: guy|father|dad = 爸爸 男
woman: lady|mother|mom|mum = 妈妈 女
superhero: hero = 英雄
supervillain: villain = 坏蛋
ballet dancer: ballerina = 芭蕾
woman dancing: dancer|dancing|dance = 舞者 跳舞
person running: running|runner|jogging = 跑步
person swimming: swimming|swimmer =
person in lotus position: meditating|yoga|meditation = 冥想 瑜伽
person with veil: bride = 新娘
person in tuxedo: groom = 新郎
flexed biceps: muscle|muscles|strong = 力量
raised hand: hand = 手
raised fist: fist = 拳头
waving hand: wave hello|hello|hi = 你好
thumbs up: like|thumb up = 点赞 赞
eye: eyeball = 眼睛
mouth: lips = 嘴唇 嘴巴
tooth: teeth = 牙
foot: feet =
pile of poo: poop|poo = 便便
party popper: celebration|celebrate|congratulations = 庆祝
speech balloon: speech bubble|chat = 聊天
collision: explosion|boom|bang =
person: human|somebody = 人 大人
peach: peaches = 桃子
pear: pears = 梨子
lime: limes = 莱姆
pool 8 ball: billiards = 撞球
joystick: = 摇杆
koala: koala bear = 无尾熊
lipstick: = 口红
goggles: = 蛙镜
bison: = 野牛
roller coaster: rollercoaster = 云霄飞车
leopard: = 花豹
fishing pole: fishing rod|fishing = 钓鱼
floppy disk: diskette = 磁碟片
burrito: = 卷饼
curry rice: curry = 咖哩饭 咖哩
tornado: twister = 旋风
shark: great white shark = 鲨
sparkles: magic|sparkle|glitter = 魔法 闪光
"""
# words that describe: told to the network beside a thing
_QUALITIES = """
small: little|tiny|small|mini = 小
big: big|huge|giant|large = 大 巨大
cute: cute|adorable|lovely|kawaii = 可爱
happy: = 开心 快乐 高兴
sad: = 难过 伤心 悲伤
angry: = 生气 愤怒
sleeping: = 睡觉 睡着 睡着了
crying: = 哭 哭泣
smiling: = 微笑 笑
laughing: = 大笑
running: = 跑 奔跑 跑步
dancing: = 跳舞
flying: = 飞 飞翔 飞行
swimming: = 游泳
eating: = 吃
old: = 老
beautiful: beautiful|pretty = 美丽 漂亮
fluffy: fluffy|furry = 毛茸茸
round: round = 圆圆
scary: = 可怕 恐怖
cold: = 冷
hot: = 热
burning: burning = 燃烧
broken: = 破碎
animal: = 动物
food: = 食物
fruit: = 水果
tool: = 工具
celebration: = 庆祝
building: = 建筑
dessert: = 甜点
music: = 音乐
sport: = 运动 体育
weather: = 天气
vegetable: = 蔬菜
insect: = 昆虫
clothing: = 服装
japanese: = 日本
weapon: = 武器
space: = 太空
fantasy: = 幻想
love: = 我爱你
"""
STOPS = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "at",
        "with",
        "and",
        "or",
        "my",
        "me",
        "i",
        "im",
        "you",
        "your",
        "we",
        "us",
        "our",
        "it",
        "its",
        "is",
        "are",
        "be",
        "was",
        "to",
        "for",
        "from",
        "by",
        "as",
        "that",
        "this",
        "these",
        "those",
        "some",
        "any",
        "very",
        "really",
        "please",
        "pls",
        "draw",
        "drawing",
        "make",
        "making",
        "create",
        "generate",
        "paint",
        "show",
        "give",
        "want",
        "would",
        "like",
        "could",
        "can",
        "need",
        "image",
        "images",
        "pic",
        "pics",
        "photo",
        "picture",
        "pictures",
        "emoji",
        "emojis",
        "emote",
        "sticker",
        "stickers",
        "icon",
        "icons",
        "logo",
        "style",
        "styled",
        "look",
        "looking",
        "looks",
        "like",
        "theme",
        "of",
        "kind",
        "type",
        "sort",
        "one",
        "two",
        "three",
        "something",
        "thing",
        "stuff",
        "just",
        "so",
        "too",
        "also",
        "no",
        "not",
        "do",
        "does",
        "did",
        "have",
        "has",
        "had",
        "he",
        "she",
        "his",
        "her",
        "him",
        "they",
        "them",
        "their",
        "but",
        "if",
        "then",
        "than",
        "into",
        "onto",
        "over",
        "under",
        "near",
        "next",
        "inside",
        "outside",
        "up",
        "down",
        "out",
        "off",
        "about",
        "around",
        "while",
        "who",
        "which",
        "what",
        "when",
        "where",
        "how",
        "colored",
        "coloured",
        "color",
        "colour",
        "colors",
        "colours",
        "tone",
        "tones",
        "through",
        "behind",
        "between",
        "against",
        "made",
        "design",
        "background",
    ]
)
GROUNDS = frozenset(f"{word} background" for word in ("white", "transparent", "clear", "plain", "no"))
CHINESE_STOPS = frozenset(
    [
        "的",
        "地",
        "得",
        "了",
        "着",
        "过",
        "在",
        "和",
        "与",
        "跟",
        "及",
        "或",
        "是",
        "有",
        "一",
        "二",
        "三",
        "两",
        "几",
        "个",
        "只",
        "条",
        "头",
        "匹",
        "朵",
        "颗",
        "棵",
        "座",
        "幅",
        "张",
        "把",
        "本",
        "辆",
        "架",
        "艘",
        "杯",
        "碗",
        "片",
        "块",
        "件",
        "双",
        "位",
        "名",
        "群",
        "些",
        "一个",
        "一只",
        "一条",
        "一头",
        "一匹",
        "一朵",
        "一颗",
        "一棵",
        "一座",
        "一幅",
        "一张",
        "一把",
        "一本",
        "一辆",
        "一架",
        "一艘",
        "一杯",
        "一碗",
        "一片",
        "一块",
        "一件",
        "一双",
        "一位",
        "一群",
        "一些",
        "两个",
        "两只",
        "三个",
        "三只",
        "这",
        "那",
        "这个",
        "那个",
        "我",
        "你",
        "他",
        "她",
        "它",
        "我的",
        "你的",
        "请",
        "给",
        "我要",
        "我想",
        "想要",
        "请画",
        "画",
        "画一",
        "画个",
        "帮我",
        "给我",
        "帮我画",
        "给我画",
        "要",
        "上",
        "下",
        "里",
        "中",
        "内",
        "外",
        "前",
        "后",
        "旁",
        "上面",
        "下面",
        "里面",
        "旁边",
        "中的",
        "上的",
        "里的",
        "风格",
        "风",
        "贴纸",
        "表情",
        "表情包",
        "图片",
        "图",
        "图像",
        "图标",
        "样子",
        "样式",
        "色",
        "颜色",
        "很",
        "非常",
        "超",
        "超级",
        "真",
        "最",
        "戴",
        "戴着",
        "穿",
        "穿着",
        "骑",
        "骑着",
        "拿",
        "拿着",
        "坐",
        "坐着",
        "站",
        "站着",
        "正在",
        "对",
        "用",
        "像",
        "做",
        "好",
        "你",
        "少",
        "想",
        "看",
        "写",
        "大家",
        "们",
        "也",
        "都",
        "就",
        "来",
        "去",
        "让",
        "被",
        "把",
        "为",
        "以",
        "之",
        "其",
    ]
)


def _table(written: str) -> tuple[dict[str, str], dict[str, str]]:
    """Lines of "what: words|in|English = words in Chinese", each word to what it stands for."""
    english: dict[str, str] = {}
    chinese: dict[str, str] = {}
    for line in written.strip().splitlines():
        what, _, said = line.partition(":")
        in_english, _, in_chinese = said.partition("=")
        english.update((word.strip(), what) for word in in_english.split("|") if word.strip())
        chinese.update((word, what) for word in in_chinese.split())
    return english, chinese


THINGS, CHINESE_THINGS = _table(_THINGS)
QUALITIES, CHINESE_QUALITIES = _table(_QUALITIES)
# what can be said of a thing, so that the thing is the main one beside it: "two people dancing" are people
DESCRIBING = frozenset((*QUALITIES.values(), *CHINESE_QUALITIES.values()))
