"""A checkup as text, for whoever runs `server.py doctor`; and what is wrong when the settings cannot even be read."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from ccs.checkup.doctor import Finding, Report, Result
from ccs.checkup.premises import GROUP, TITLES

MARKS = {Result.OK: "✓", Result.WARN: "!", Result.FAIL: "✗", Result.SKIPPED: "–"}
COUNTED = {Result.OK: "项正常", Result.WARN: "项提醒", Result.FAIL: "项有问题", Result.SKIPPED: "项没有检查"}

# What the commonest faults of config.toml mean, by what stands in the fault; the first that fits.
REMEDIES = {
    "must be the 43 letters and digits": "EncodingAESKey 是 43 位字母和数字：到企业微信后台的“接收消息”设置里重新复制，不要多出空格",
    "must be given too": "到企业微信后台把缺少的几项一起复制过来：corp_id、token、encoding_aes_key 三项缺一不可",
    "has no secret to check callbacks with": "给这个渠道填上平台（或网关）的密钥，或把它的 enabled 改成 false",
    "gateway_secret must be given": "填了 gateway_url 就要填 gateway_secret，向网关的提供方要",
    "must be an http": "地址要以 http:// 或 https:// 开头，例如 https://kf.example.com",
    "nobody could log in": "运行 server.py hash-password，把输出贴到 [[agents]] 里客服的下面",
    "access is open": "先按 README 的“登录”设置密码，再把 auth.required 改成 true",
    "is not valid TOML": "多半是少了引号或等号，或同一段、同一项写了两遍：对照 README 或原来的 config.toml 检查这一行",
    "in the environment is no setting": "环境变量的名称写错了：对照 README 的设置表检查",
    "is no setting": "名称写错了，或写在了别的段落里：对照 README 的设置表检查",
    "cannot be read": "确认文件存在，并且当前用户可以读取它",
    "is not UTF-8": "用记事本打开，另存为，编码选 UTF-8",
}
USUAL_REMEDY = "在 config.toml 里改好这一项，再检查一次；每一项的说明写在它的上方"


def lines(report: Report) -> Iterator[str]:
    """A line for each finding and one below it with what to do, by channel; at the end how many of each kind."""
    for channel, findings in groupby(report.findings, lambda finding: finding.channel):
        yield TITLES.get(channel, channel)
        for finding in findings:
            yield f"  {MARKS[finding.result]} {finding.title}：{finding.words}"
            if finding.advice:
                yield f"      → {finding.advice}"
        yield ""
    count = Counter(finding.result for finding in report.findings)
    yield f"共 {count.total()} 项：" + "，".join(f"{count[each]} {COUNTED[each]}" for each in Result if count[each])


def of_faults(faults: list[str], now: datetime) -> Report:
    """The settings cannot be used, so that nothing else can be looked at."""
    return Report(now, tuple(
        Finding(_channel(fault), "config", "配置", Result.FAIL, f"配置有误：{fault}", _remedy(fault))
        for fault in sorted(faults, key=_channel)
    ))


def _channel(fault: str) -> str:
    return next((name for name in TITLES if f"channels.{name}" in fault), GROUP)


def _remedy(fault: str) -> str:
    return next((remedy for words, remedy in REMEDIES.items() if words in fault), USUAL_REMEDY)
