"""Invented people, places and goods, with what makes real ones hard to compare: ё, hyphens, initials, addresses."""

from __future__ import annotations

from random import Random

_MEN = (
    ("Иванов", "Иван", "Иванович"),
    ("Королёв", "Пётр", "Семёнович"),
    ("Мамин-Сибиряк", "Дмитрий", "Наркисович"),
    ("Ким", "Артём", "Валерьевич"),
    ("Абдурахманов", "Магомед-Расул", "Гаджимурадович"),
    ("Щёголев", "Фёдор", "Ильич"),
    ("Черных", "Лев", "Аркадьевич"),
    ("Бондаренко", "Алексей", "Юрьевич"),
)
_WOMEN = (
    ("Смирнова", "Анна", "Сергеевна"),
    ("Салтыкова-Щедрина", "Анна-Мария", "Константиновна"),
    ("Ёлкина", "Алёна", "Петровна"),
    ("Христорождественская", "Екатерина", "Александровна"),
    ("Цой", "Юлия", "Эдуардовна"),
    ("Гаджиева", "Патимат", "Ибрагимовна"),
    ("Воробьёва", "Ксения", "Игоревна"),
    ("Нестеренко", "Ольга", "Викторовна"),
)
_PLACES = (
    ("101000", "г. Москва", "ул. Мясницкая, д. 26, кв. 14"),
    ("190031", "г. Санкт-Петербург", "наб. реки Фонтанки, д. 117, лит. А, кв. 8"),
    ("620014", "Свердловская обл., г. Екатеринбург", "ул. Малышева, д. 51/2, кв. 230"),
    ("344002", "Ростовская обл., г. Ростов-на-Дону", "пр-т Будённовский, д. 3, корп. 2, кв. 45"),
    ("630099", "Новосибирская обл., г. Новосибирск", "Красный пр-т, д. 17, офис 311"),
    ("420111", "Респ. Татарстан, г. Казань", "ул. Баумана, д. 44/8, кв. 5"),
    ("143900", "Московская обл., г. Балашиха, мкр. Авиаторов", "ул. Лётная, д. 9, кв. 101"),
    ("690091", "Приморский край, г. Владивосток", "ул. Светланская, д. 33, стр. 1"),
    ("664025", "Иркутская обл., г. Иркутск", "б-р Гагарина, д. 68а, кв. 12"),
    ("236022", "Калининградская обл., г. Калининград", "ул. Профессора Баранова, д. 34, кв. 77"),
)
_SELLERS = (
    ("ООО «Северный ветер»", "ООО «Северный ветер», 141402, Московская обл., г. Химки, ул. Заводская, д. 12, склад 4"),
    ("ИП Ковалёв Е. Н.", "ИП Ковалёв Евгений Николаевич, 142100, г. Подольск, ул. Правды, д. 28"),
    ("Шэньчжэнь Хуацян Трейдинг", "Шэньчжэнь Хуацян Трейдинг, КНР, провинция Гуандун, г. Шэньчжэнь, ул. Наньшань, 88"),
    ("ООО «Дом и сад-Плюс»", "ООО «Дом и сад-Плюс», 195197, г. Санкт-Петербург, Полюстровский пр-т, д. 59"),
    ("Гуанчжоу Минда Ко., Лтд.", "Гуанчжоу Минда Ко., Лтд., КНР, г. Гуанчжоу, район Байюнь, склад № 7"),
)
_GOODS = (
    ("Чайник электрический, 1,7 л", "Electric kettle, 1.7 l", "KT-17"),
    ("Наушники беспроводные", "Wireless earphones", "AIR-5"),
    ("Кроссовки женские", "Women's running shoes", "RUN-W"),
    ("Коляска прогулочная", "Stroller", "BABY-ST"),
    ("Крем для рук «Ромашка»", "Hand cream", "CRM-75"),
    ("Лампа настольная светодиодная", "LED desk lamp", "LMP-LED"),
    ("Рюкзак городской", "City backpack", "BKP-22"),
)
ENGLISH = (
    ("Margaret O'Sullivan-Hayes", "1184 Maple Ridge Ct, Apt 5B\nAustin, TX 78704, United States"),
    ("James T. Whitfield", "77 Harbor St\nPortland, ME 04101, United States"),
    ("Zoë van den Berg", "4021 N Kedzie Ave, Unit 3\nChicago, IL 60618, United States"),
    ("Luis Hernández", "902 Calle Ocho\nMiami, FL 33135, United States"),
    ("Priya Raghunathan", "15 Elm Grove Road\nLondon SW13 0BT, United Kingdom"),
)


def person(random: Random) -> tuple[str, str, str]:
    """(family name, first name, name of the father)."""
    return random.choice(_MEN + _WOMEN)


def place(random: Random) -> tuple[str, str, str]:
    """(postal code, region and town, street)."""
    return random.choice(_PLACES)


def seller(random: Random) -> tuple[str, str]:
    """(name, name with the address)."""
    return random.choice(_SELLERS)


def goods(random: Random) -> tuple[str, str, str]:
    """(in Russian, in English, the beginning of the SKU)."""
    return random.choice(_GOODS)


def written(name: tuple[str, str, str], random: Random) -> str:
    """A Russian name as one of many forms writes it."""
    family, first, father = name
    return random.choice(
        (
            f"{family} {first} {father}",
            f"{family} {first[0]}. {father[0]}.",
            f"{family} {first[0]}.{father[0]}.",
            f"{first} {father} {family}",
            f"{family} {first}",
            f"{family} {first} {father}".upper(),
            f"{family} {first} {father}".replace("ё", "е").replace("Ё", "Е"),
        )
    )
