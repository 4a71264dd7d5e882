"""远程互动教学活动记录 read back with python-docx, which had no part in writing it."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date, datetime

import pytest
from docx import Document
from docx.document import Document as Docx
from docx.oxml.ns import qn
from docx.table import Table

from scheduler.papers.content import ClassRow, Incident, LessonRecordPaper, Segment
from scheduler.papers.lesson_record import write_lesson_record

STAMP = "（盖章）　　年　月　日"

SECTIONS = [
    "一、活动概况",
    "二、听课班级",
    "三、教学环节",
    "四、现场问答（共 3 个）",
    "五、故障与处置",
    "六、效果与反思",
    "七、签名",
    "八、单位盖章",
]

DECEMBER_2018 = [
    [
        ["项目名称", "“北京—内蒙古”学科+博物馆课程远程互动教学暨联合教研活动"],
        ["课题", "走进西汉墓：黄肠题凑与汉代生活"],
        ["学科", "历史", "年级", "七年级"],
        ["课型", "专递课堂", "对口协作", "北京市丰台区—赤峰市林西县"],
        ["主办单位", "北京市大葆台西汉墓博物馆、北京教育学院丰台分院"],
        ["承办单位", "林西县教育和科技局", "协办单位", "北京云校"],
        ["活动日期", "2018年12月12日（星期三）", "主讲学校/\n博物馆", "北京市大葆台西汉墓博物馆"],
        ["计划起止时间", "14:00—15:30", "实际起止时间", "14:04—15:41"],
        [
            "活动地点",
            "主讲端：北京市大葆台西汉墓博物馆展厅\n听课端：林西县民族中学录播教室\n"
            "听课端：示例中学A（演示）多媒体教室\n听课端：示例中学B（演示）多媒体教室",
        ],
        ["主讲教师", "赵老师（示例）", "讲解员", "钱讲解员（示例）、孙讲解员（示例）"],
        ["直播平台", "云校", "会议号", "123 456 789"],
        ["联调时间", "2018年12月11日 15:00", "联调结果", "通过；备用网络 4G 可用"],
        [
            "设备与\n网络情况",
            "三地下行均不低于 10 Mbit/s；摄像头、话筒、大屏正常；展厅移动机位信号良好。",
        ],
    ],
    [
        ["学校", "班级", "应到（人）", "实到（人）", "辅助教师"],
        ["林西县民族中学", "七年级(1)班", "45", "44", "其其格（示例）"],
        ["示例中学A（演示）", "七年级(3)班", "42", "42", "王老师（示例）"],
        ["示例中学B（演示）", "七年级(2)班", "38", "36", "李老师（示例）"],
        ["合计", "", "125", "122", ""],
    ],
    [
        ["序号", "环节", "计划用时（分钟）", "实际用时（分钟）"],
        ["1", "导览", "25", "27"],
        ["2", "讲授", "20", "20"],
        ["3", "问答", "15", "20"],
        ["4", "手工", "25", "25"],
        ["5", "小结", "5", "5"],
        ["", "合计", "90", "97"],
    ],
    [
        ["序号", "班级", "问题", "解答"],
        ["1", "七年级(1)班", "黄肠题凑用了多少根木头？", "共用黄心柏木一万五千余根，层层垒叠而成。"],
        ["2", "七年级(3)班", "墓里的马车还能动吗？", "不能，但结构保存较好，可据此复原汉代车制。"],
        ["3", "七年级(2)班", "博物馆怎样保护这些木头？", "控制温度和湿度，定期检测，减少光照。"],
    ],
    [
        ["故障情况", "处置措施", "影响时长（分钟）"],
        ["示例中学B（演示）声音中断", "改用备用会议号重新接入", "4"],
    ],
    [
        ["手工作品件数", "118"],
        [
            "活动效果",
            "三地学生同时参观展厅、现场提问并完成手工作品，课堂参与度高。\n听课教师认为博物馆资源与教材结合紧密。",
        ],
        ["教学反思", "问答环节超时 5 分钟，今后提前收集问题；材料包应多备 5% 的备件。"],
    ],
    [
        ["主讲教师签名", "", "辅助教师签名\n林西县民族中学\n七年级(1)班", ""],
        [
            "辅助教师签名\n示例中学A（演示）\n七年级(3)班",
            "",
            "辅助教师签名\n示例中学B（演示）\n七年级(2)班",
            "",
        ],
        ["技术保障签名", "", "审核签名", ""],
    ],
    [
        [f"北京市大葆台西汉墓博物馆\n{STAMP}", f"林西县民族中学\n{STAMP}"],
        [f"示例中学A（演示）\n{STAMP}", f"示例中学B（演示）\n{STAMP}"],
    ],
]


def opened(paper: LessonRecordPaper) -> Docx:
    return Document(io.BytesIO(write_lesson_record(paper)))


def cells(table: Table) -> list[list[str]]:
    """The text of each cell; a merged cell once."""
    return [[cell.text for cell in {id(cell._tc): cell for cell in row.cells}.values()] for row in table.rows]


def paragraphs(document: Docx) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


def test_every_cell_of_the_lesson_of_december_2018(december_2018: LessonRecordPaper) -> None:
    document = opened(december_2018)
    assert [cells(table) for table in document.tables] == DECEMBER_2018
    assert paragraphs(document) == ["远程互动教学活动记录", "编号：2018-003", *SECTIONS, ""]


def test_a_blank_record_is_a_form_to_fill_in_by_hand() -> None:
    document = opened(LessonRecordPaper())
    overview, classes, segments, questions, incidents, outcome, signatures, stamps = map(
        cells, document.tables
    )
    assert {value for row in overview for value in row[1::2]} == {""}
    assert [row[::2] for row in overview] == [row[::2] for row in DECEMBER_2018[0]]
    assert classes == [DECEMBER_2018[1][0], *[[""] * 5] * 3, ["合计", "", "", "", ""]]
    assert segments == [DECEMBER_2018[2][0], *[[""] * 4] * 3, ["", "合计", "", ""]]
    assert questions == [DECEMBER_2018[3][0], *[[""] * 4] * 3]
    assert incidents == [DECEMBER_2018[4][0], *[[""] * 3] * 3]
    assert outcome == [["手工作品件数", ""], ["活动效果", ""], ["教学反思", ""]]
    assert signatures == [["主讲教师签名", "", "辅助教师签名", ""], ["技术保障签名", "", "审核签名", ""]]
    assert stamps == [[f"\n{STAMP}"]]
    assert paragraphs(document)[1] == "编号：　　　　　　"
    assert paragraphs(document)[5] == "四、现场问答（共　　个）"


def test_nothing_happened_is_not_the_same_as_nothing_recorded() -> None:
    document = opened(LessonRecordPaper(questions=(), incidents=(), works_count=0))
    assert cells(document.tables[3])[1:] == [["无", "", "", ""]]
    assert cells(document.tables[4])[1:] == [["无", "", ""]]
    assert cells(document.tables[5])[0] == ["手工作品件数", "0"]
    assert paragraphs(document)[5] == "四、现场问答（共 0 个）"


def test_a_total_with_an_unknown_part_stays_blank() -> None:
    classes = (ClassRow("示例中学A（演示）", "七年级(1)班", 40, 39), ClassRow("", "七年级(2)班", 38))
    segments = (Segment("导览", 25), Segment("讲授", 20, 21))
    incidents = (Incident("声音中断"),)
    document = opened(LessonRecordPaper(classes=classes, segments=segments, incidents=incidents))
    assert cells(document.tables[1])[1:] == [
        ["示例中学A（演示）", "七年级(1)班", "40", "39", ""],
        ["", "七年级(2)班", "38", "", ""],
        ["合计", "", "78", "", ""],
    ]
    assert cells(document.tables[2])[-1] == ["", "合计", "45", ""]
    assert cells(document.tables[4])[1:] == [["声音中断", "", ""]]
    assert cells(document.tables[6]) == [
        ["主讲教师签名", "", "辅助教师签名\n示例中学A（演示）\n七年级(1)班", ""],
        ["辅助教师签名\n七年级(2)班", "", "技术保障签名", ""],
        ["审核签名", ""],
    ]


def test_text_is_data_whatever_it_looks_like(hostile: LessonRecordPaper) -> None:
    document = opened(hostile)
    overview = cells(document.tables[0])
    assert overview[0][1] == '& < > " {{ title }} {% raw %} ]]> </w:t>'
    assert overview[1][1] == "A" * 10_000
    assert overview[2] == ["学科", "历史", "年级", "七 年级"]
    assert overview[6][3] == "=HYPERLINK(1)"
    assert overview[12][1] == "好\n坏\n差\n完"
    assert cells(document.tables[3])[1] == ["1", "班" * 500, "Q" * 10_000, "答" * 10_000]
    assert cells(document.tables[5])[1:] == [
        ["活动效果", "长" * 10_000],
        ["教学反思", "\n".join(["行"] * 300)],
    ]
    assert cells(document.tables[7]) == [["校" * 10_000 + f"\n{STAMP}"]]
    assert paragraphs(document)[1] == '编号：& < > " {{ title }} {% raw %} ]]> </w:t>'


def test_no_field_but_the_page_numbers(hostile: LessonRecordPaper) -> None:
    document = opened(replace(hostile, title=" PAGE ", effect='INCLUDETEXT "/etc/passwd"'))
    assert list(document.element.iter(qn("w:fldSimple"), qn("w:instrText"), qn("w:hyperlink"))) == []
    footer = document.sections[0].footer._element
    assert [field.get(qn("w:instr")) for field in footer.iter(qn("w:fldSimple"))] == [" PAGE ", " NUMPAGES "]
    assert "".join(piece.text or "" for piece in footer.iter(qn("w:t"))) == "第 1 页　共 1 页"


def test_long_lists_repeat_their_heading_and_keep_rows_whole(twelve_classes: LessonRecordPaper) -> None:
    document = opened(twelve_classes)
    assert [len(table.rows) for table in document.tables] == [13, 14, 7, 61, 2, 3, 8, 6]
    assert cells(document.tables[3])[60] == ["60", "七年级(1)班", "第60问：为什么？" * 3, "因为" * 30]
    for table in document.tables[1:5]:
        assert [len(list(row._tr.iter(qn("w:tblHeader")))) for row in table.rows] == [1] + [0] * (
            len(table.rows) - 1
        )
    whole = {len(list(row._tr.iter(qn("w:cantSplit")))) for table in document.tables for row in table.rows}
    assert whole == {1}


def test_a_row_higher_than_a_page_may_split(hostile: LessonRecordPaper) -> None:
    outcome = opened(hostile).tables[5]
    assert [len(list(row._tr.iter(qn("w:cantSplit")))) for row in outcome.rows] == [1, 0, 0]


def test_a_short_table_stays_together_and_a_long_one_does_not(twelve_classes: LessonRecordPaper) -> None:
    tables = opened(twelve_classes).tables
    kept = [sum(bool(list(row._tr.iter(qn("w:keepNext")))) for row in table.rows) for table in tables]
    assert kept == [0, 0, 6, 0, 1, 2, 0, 0]


def test_widths_are_fixed_and_fill_the_page(twelve_classes: LessonRecordPaper) -> None:
    document = opened(twelve_classes)
    section = document.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    for table in document.tables:
        assert table.autofit is False
        assert sum(column.width for column in table.columns) == room
        for row in table.rows:
            assert sum(cell.width for cell in {id(cell._tc): cell for cell in row.cells}.values()) == room


def test_chinese_faces_in_every_style_and_a_hint_in_every_run(december_2018: LessonRecordPaper) -> None:
    document = opened(december_2018)
    used = {paragraph.get(qn("w:val")) for paragraph in document.element.iter(qn("w:pStyle"))}
    faces = {
        style.style_id: style.element.rPr.rFonts.get(qn("w:eastAsia"))
        for style in document.styles
        if style.style_id in used
    }
    assert faces == {
        "FormTitle": "方正小标宋简体",
        "FormAside": "仿宋_GB2312",
        "FormSection": "黑体",
        "FormHeading": "黑体",
        "FormLabel": "黑体",
        "FormSmallLabel": "仿宋_GB2312",
        "FormValue": "仿宋_GB2312",
        "FormCentred": "仿宋_GB2312",
        "FormProse": "仿宋_GB2312",
        "FormStamp": "仿宋_GB2312",
        "FormEnd": "仿宋_GB2312",
    }
    runs = list(document.element.iter(qn("w:r")))
    assert {run.rPr.rFonts.get(qn("w:hint")) for run in runs} == {"eastAsia"}


def test_a_missing_face_has_others_of_its_kind(december_2018: LessonRecordPaper) -> None:
    with zipfile.ZipFile(io.BytesIO(write_lesson_record(december_2018))) as package:
        table = package.read("word/fontTable.xml").decode()
    assert (
        '<w:font w:name="方正小标宋简体"><w:altName w:val="FZXiaoBiaoSong-B05S,方正小标宋_GBK,宋体,SimSun"/>'
        in table
    )
    assert '<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋,FangSong,FangSong_GB2312"/>' in table


@pytest.mark.parametrize("state", ["", "草稿（未归档）", "更正第 1 次"])
def test_the_state_heads_every_page(december_2018: LessonRecordPaper, state: str) -> None:
    header = opened(replace(december_2018, state=state)).sections[0].header
    assert [paragraph.text for paragraph in header.paragraphs] == [state]


def test_equal_content_gives_equal_bytes(december_2018: LessonRecordPaper) -> None:
    assert write_lesson_record(december_2018) == write_lesson_record(replace(december_2018))
    assert write_lesson_record(december_2018) != write_lesson_record(replace(december_2018, works_count=119))


def test_the_file_tells_nothing_of_who_made_it_where_and_when(december_2018: LessonRecordPaper) -> None:
    properties = opened(december_2018).core_properties
    assert (properties.title, properties.author, properties.last_modified_by, properties.comments) == (
        "远程互动教学活动记录",
        "同堂 Tongtang",
        "同堂 Tongtang",
        "",
    )
    written = properties.created, properties.modified
    assert [moment and moment.date() for moment in written] == [date(2018, 12, 12)] * 2
    with zipfile.ZipFile(io.BytesIO(write_lesson_record(december_2018))) as package:
        members = package.infolist()
    assert [member.filename for member in members] == [
        "[Content_Types].xml",
        "_rels/.rels",
        "word/_rels/document.xml.rels",
        "word/styles.xml",
        "word/settings.xml",
        "word/fontTable.xml",
        "docProps/core.xml",
        "word/header1.xml",
        "word/footer1.xml",
        "word/document.xml",
    ]
    assert {(member.date_time, member.create_system, member.extra) for member in members} == {
        ((1980, 1, 1, 0, 0, 0), 0, b"")
    }


def test_without_a_day_the_file_has_no_date() -> None:
    properties = opened(LessonRecordPaper()).core_properties
    assert (properties.created, properties.modified) == (None, None)


def test_a_time_on_another_day_names_the_day(december_2018: LessonRecordPaper) -> None:
    late = replace(december_2018, actual_ends=datetime(2018, 12, 13, 0, 5))  # noqa: DTZ001
    assert cells(opened(late).tables[0])[7][3] == "14:04—2018年12月13日 00:05"
