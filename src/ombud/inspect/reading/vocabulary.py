"""The labels that papers put in front of what they say, in Russian, English and Chinese, by the field they name.

The empty field holds labels of what nobody asks for; they end the value before them. A label in `SHY` is an everyday
word as well and counts only with a colon, or alone in its cell.
"""

from __future__ import annotations

ALPHABETIC: dict[str, str] = {
    "tracking_number": """
        трек-номер|трек номер|трекномер|трек|трек-код|номер трека|номер отслеживания|код отслеживания
        номер отправления|номер почтового отправления|номер накладной|накладная|накладная номер
        транспортная накладная|номер посылки|номер экспресс-накладной|штриховой почтовый идентификатор
        почтовый идентификатор|шпи|рпо|идентификатор отправления|отправление|посылка|экспресс-накладная
        товарно-транспортная накладная|номер ттн|ттн|tracking number|tracking no|tracking id|tracking code
        tracking|track number|track no|track|waybill number|waybill no|waybill|air waybill|awb|awb no
        consignment number|consignment no|shipment number|shipment no|shipment id|parcel number|parcel no
        parcel id|label number""",
    "order_id": """
        номер заказа|заказ|заказ номер|ид заказа|id заказа|код заказа|номер вашего заказа|заказ ozon
        номер заказа ozon|order id|order number|order no|order|order ref|order reference""",
    "sku": """
        sku|артикул|артикул товара|артикул продавца|код товара|sku товара|арт|item sku|seller sku|article
        article number|article no|product code|item code""",
    "operator_id": """
        id оператора|ид оператора|идентификатор оператора|код оператора|номер оператора|оператор|табельный номер
        сотрудник|id сотрудника|код сотрудника|оператор склада|сборщик|упаковщик|кладовщик|operator id|operator
        operator code|operator no|employee id|staff id|user id|packer id|packed by""",
    "photo_hash": """
        хеш фото|хэш фото|хеш фотографии|хэш фотографии|хеш-сумма фото|хэш-сумма фото|хеш фото посылки
        хэш фото посылки|хеш фотографии посылки|хэш фотографии посылки|хеш снимка|хэш снимка|хеш изображения
        хэш изображения|контрольная сумма фото|контрольная сумма фотографии|sha-256 фото|sha256 фото
        sha-256 фото посылки|sha256 фото посылки|sha-256 фотографии посылки|sha256 фотографии посылки
        sha-256 фотографии|хеш|хэш|photo hash|photo sha-256|photo sha256|parcel photo hash|parcel photo sha-256
        parcel photo sha256|image hash|picture hash|photo checksum|sha-256|sha256|hash of the photo
        hash of the parcel photo""",
    "message_id": """
        message id|messageid|id сообщения|ид сообщения|идентификатор сообщения|номер сообщения|код сообщения
        message no|message number|msg id|msgid""",
    "declaration_number": """
        номер декларации|декларация номер|таможенная декларация|таможенная декларация номер|декларация на товары
        регистрационный номер декларации|номер дт|дт|дт номер|номер гтд|гтд|номер таможенной декларации
        регистрационный номер|справочный номер дт|declaration number|declaration no|customs declaration
        customs declaration no|customs declaration number|mrn""",
    "weight": """
        вес|вес брутто|вес нетто|общий вес|вес посылки|вес отправления|вес места|вес груза|фактический вес|масса
        масса брутто|масса нетто|масса отправления|расчетный вес|weight|gross weight|net weight|total weight
        actual weight|chargeable weight""",
    "volume": """
        объем|объем посылки|объем груза|общий объем|габариты|габариты посылки|габариты места|габариты груза
        размеры|размеры посылки|размеры упаковки|размер посылки|дхшхв|длина ширина высота|д ш в|объемный вес
        volume|dimensions|dims|package dimensions|parcel dimensions|parcel size|package size|cbm|size lwh""",
    "sender": """
        отправитель|грузоотправитель|от кого|фио отправителя|имя отправителя|наименование отправителя
        данные отправителя|отправитель груза|магазин отправитель|продавец|sender|sender name|senders name|shipper
        shipper name|consignor|ship from|from|seller|exporter""",
    "recipient": """
        получатель|грузополучатель|кому|фио получателя|имя получателя|наименование получателя|данные получателя
        получатель груза|покупатель|адресат|recipient|recipient name|recipients name|receiver|receiver name
        consignee|consignee name|ship to|deliver to|to|delivered to|addressee|buyer|customer""",
    "recipient_address": """
        адрес|адрес получателя|адрес доставки|адрес вручения|куда|адрес назначения|where|пункт выдачи|пвз
        место доставки|место вручения|адрес покупателя|address|recipient address|recipients address
        delivery address|shipping address|ship to address|destination address|consignee address
        delivered at address""",
    "carrier": """
        перевозчик|служба доставки|курьерская служба|транспортная компания|логистическая компания|способ доставки
        логистический оператор|оператор доставки|оператор почтовой связи|carrier|carrier name|courier company
        courier service|shipping carrier|shipped via|ship via|shipping company|logistics company
        logistics provider|delivery service""",
    "notary": """
        нотариус|нотариус города|врио нотариуса|свидетельствую подлинность подписи
        свидетельствую верность перевода|зарегистрировано в реестре|реестровый номер|реестр|notary|notary public
        register no""",
    "translator": """
        переводчик|переводчик фио|перевод выполнен|перевод выполнил|перевод выполнила
        перевод выполнен переводчиком|выполнен переводчиком|выполнена переводчиком
        перевод выполнил переводчик|перевела|перевел|перевод сделан
        аккредитация переводчика|сертификат переводчика|диплом переводчика|translator
        translated by|certified translator""",
    "signer": """
        получил|получила|получил а|груз получил|посылку получил|отправление получил|заказ получил|принял|принял а
        груз принял|подписал|подписала|подписано кем|подписант|кто получил|выдано|вручено|вручено кому
        фио подписавшего|получено кем|товар получил|signed by|signed for by|received by|accepted by
        received and signed by|signatory|pod name|signatory name""",
    "signature_field": """
        подпись|подпись получателя|подпись отправителя|подпись курьера|подпись покупателя|подпись грузополучателя
        подпись грузоотправителя|подпись адресата|подпись клиента|подпись ответственного лица|подпись сотрудника
        подпись продавца|подпись лица|место для подписи|подпись и печать|подпись нотариуса|личная подпись
        подпись дата|подпись водителя|подпись экспедитора|подпись перевозчика|подпись переводчика
        подпись декларанта|signature|recipient signature|translator signature|translators signature
        recipients signature|receiver signature|receivers signature|sender signature|senders signature
        shipper signature|shippers signature|consignee signature|courier signature|couriers signature
        customer signature|authorized signature|authorised signature|signature of recipient
        signature of the recipient|signature of sender|signature of the sender|signature of the clerk
        signature of the courier|sign here""",
    "product_size": """
        размер|размер товара|размер одежды|размер обуви|российский размер|размер ru|размер eu|size|product size
        item size|eu size|us size""",
    "product_colour": """
        цвет|цвет товара|расцветка|color|colour|product color|product colour""",
    "record_time": """
        время отгрузки|дата отгрузки|дата и время отгрузки|отгружено|отгружен|отгружена|время записи|дата записи
        дата и время записи|время выхода со склада|время выбытия|дата выбытия|время операции|дата операции
        дата и время операции|время сканирования|время создания записи|передано перевозчику|передан перевозчику
        передана перевозчику|дата передачи|время передачи|дата передачи перевозчику|время упаковки|дата отправки
        дата отправления|время отправки|принято к перевозке|дата приема|дата и время приема|время приема
        дата приема груза|отправлено|время отгрузки заказа|record time|recorded at|outbound time|outbound at
        outbound date|accepted on|accepted at|shipped at|shipped on|shipped|ship time|ship date|shipping date
        dispatch time|dispatched at|dispatch date|date of dispatch|scan time|scanned at|packed at|packing time
        handed over at|timestamp|time stamp|record timestamp|date shipped""",
    "delivery_time": """
        дата вручения|время вручения|дата и время вручения|дата доставки|время доставки|дата и время доставки
        доставлено|доставлен|доставлена|вручено|вручена|вручен|дата получения|время получения
        дата и время получения|получено|выдано|дата выдачи|время выдачи|фактическая дата доставки|delivered
        delivered at|delivered on|delivery date|delivery time|date delivered|time delivered|date of delivery
        delivery date and time|date and time of delivery|received on|received at|pod date""",
    "publishing_time": """
        дата публикации|время публикации|дата и время публикации|опубликовано|опубликован|дата размещения
        размещено|published|published at|published on|publish date|publishing time|publishing date
        publication date|date published|listed on|listed at|publish time""",
    "signed_time": """
        дата подписания|время подписания|дата и время подписания|подписано|дата подписи|signed on|signed at
        date signed|date of signature|signing date|signing time|signature date|signed""",
    "time": """
        дата|время|дата и время|дата составления|дата оформления|дата создания|дата накладной|date|time
        date and time|date time|issue date|date of issue|created|created at""",
    "": """
        ожидаемая дата доставки|ожидаемая дата|планируемая дата доставки|плановая дата доставки|плановая дата
        расчетная дата доставки|предполагаемая дата доставки|обещанная дата|доставить до|отгрузить до
        срок доставки|срок хранения|срок действия|дата рождения|дата печати|распечатано|напечатано|срок отгрузки
        planned delivery|planned delivery date|planned date|estimated delivery|estimated delivery date
        expected delivery|expected delivery date|scheduled delivery|ship by|deliver by|due date|date of birth
        printed|printed on|printed at|print date|expiry date|promised date|адрес отправителя|адрес продавца
        адрес магазина|адрес склада|откуда|юридический адрес|sender address|senders address|shipper address
        return address|телефон|тел|моб|телефон получателя|телефон отправителя|phone|tel|phone number|email|e-mail
        почта|инн|кпп|огрн|бик|индекс|почтовый индекс|страна|город|регион|country|city|zip|postcode|postal code
        количество|кол-во|количество мест|мест|место|quantity|qty|pieces|наименование|наименование товара|описание
        описание вложения|содержимое|вложение|описание товара|товар|description|contents|item|product|goods
        стоимость|объявленная стоимость|объявленная ценность|цена|сумма|итого|price|amount|total|value
        declared value|тариф|услуга|service|оплата|payment|комментарий|примечание|note|notes|comment|статус|status
        state|тема|subject|автор|author|бренд|brand|склад|warehouse|канал|channel|паспорт|должность|серийный номер
        serial number|покупатель id|buyer id|id покупателя|номер договора|договор|contract no|invoice no
        номер счета""",
}
HAN: dict[str, str] = {
    "tracking_number": """
        运单|快递单|面单|运单号|运单号码|运单编号|快递单号|物流单号|追踪号|追踪号码|跟踪号|跟踪单号
        面单号|货运单号|邮件号码|邮件号|包裹号|国际单号|单号""",
    "order_id": """
        订单号|订单编号|订单号码|订单ID""",
    "sku": """
        货号|商品编码|商品编号|产品编码|商家编码|商品货号|SKU编码|SKU编号""",
    "operator_id": """
        操作员|操作员ID|操作员编号|操作员工号|操作人|操作人ID|工号|员工编号|打包员|拣货员""",
    "photo_hash": """
        照片哈希|图片哈希|照片哈希值|图片哈希值|包裹照片哈希|包裹照片哈希值|哈希值|照片SHA-256
        照片SHA256""",
    "message_id": """
        消息ID|消息编号|消息号|信息ID""",
    "declaration_number": """
        报关单号|报关单编号|海关编号|报关单号码|申报单号""",
    "weight": """
        重量|毛重|净重|实际重量|计费重量|包裹重量|总重|总重量""",
    "volume": """
        体积|尺寸|包裹尺寸|长宽高|包裹体积|外箱尺寸""",
    "sender": """
        寄件人|发件人|寄方|发货人|寄件人姓名|寄件方|发货方|卖家|托运人""",
    "recipient": """
        收件人|收货人|收方|收件人姓名|收货人姓名|收件方|买家|收货方""",
    "recipient_address": """
        地址|收件地址|收货地址|收件人地址|收货人地址|派送地址|送货地址""",
    "carrier": """
        承运商|承运人|快递公司|物流公司|物流商|快递服务商|配送公司""",
    "notary": """
        公证员|公证处|公证书编号|公证人""",
    "translator": """
        译者|翻译人|翻译员|翻译人员|译员|认证翻译""",
    "signer": """
        签收人|签收人姓名|代收人|收货签收人|接收人""",
    "signature_field": """
        签字|签名|收件人签字|收件人签名|收货人签字|寄件人签字|寄件人签名|收件员签名|收件人签名处|签字处
        签名处|快递员签字""",
    "product_size": """
        尺码|商品尺码|码数""",
    "product_colour": """
        颜色|商品颜色|颜色分类""",
    "record_time": """
        出库时间|出库日期|发货时间|发货日期|记录时间|扫描时间|操作时间|打包时间|揽收时间|揽件时间
        交运时间|寄件时间|收寄时间|收寄日期|寄件日期""",
    "delivery_time": """
        签收时间|签收日期|妥投时间|送达时间|送达日期|投递时间|交付时间""",
    "publishing_time": """
        发布时间|发布日期|上架时间|上架日期""",
    "signed_time": """
        签字日期|签署日期|签署时间|签名日期""",
    "time": """
        日期|时间|日期时间|创建时间|下单时间""",
    "": """
        预计送达时间|托寄物|声明价值|预计送达|预计签收时间|预计到达|截止时间|打印时间|打印日期|出生日期
        有效期|寄件地址|发件地址|寄件人地址|发货地址|退货地址|电话|手机|手机号|联系电话|邮编|国家|城市
        数量|件数|品名|物品名称|商品名称|内件|内件品名|申报价值|价格|金额|总价|备注|状态|客服|发票号
        合同号|品牌|仓库|渠道""",
}
SHY: frozenset[str] = frozenset(
    phrase.strip()
    for line in """
        address|amount|article|author|brand|buyer|channel|city|comment|contents|country|created|customer|date
        deliver to|delivered|delivered to|description|exporter|from|goods|hash|item|mrn|note|notes|operator|order
        packed by|phone|price|printed|product|published|received at|received on|register no|seller|service|sha-256
        sha256|ship from|ship to|shipped|shipper|signed|size|state|status|subject|tel|time|to|total|track|tracking
        user id|value|warehouse|waybill|where|автор|адрес|адресат|арт|вложение|вручен|вручена|вручено|выдано|город
        договор|дт|заказ|итого|канал|количество|комментарий|кому|куда|мест|место|накладная|оператор|описание
        оплата|опубликовано|от кого|откуда|отправление|отправлено|перевел|перевела|подписано|покупатель|получено
        получил|получила|посылка|почта|примечание|принял|продавец|размеры|размещено|регион|регистрационный номер
        реестр|рпо|склад|содержимое|сотрудник|статус|стоимость|страна|сумма|тариф|тема|товар|трек|услуга|хеш|хэш
        цена""".splitlines()
    for phrase in line.split("|")
)
