#include "persona/user_agent.h"

#include <string>

using namespace harbinger;
using persona::device_of;

namespace {

const std::string kChrome = " AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 ";

}  // namespace

TEST_CASE("browsers of people tell phones, tablets and desktops") {
  CHECK(device_of("Mozilla/5.0 (Windows NT 10.0; Win64; x64)" + kChrome + "Safari/537.36") == DeviceClass::desktop);
  CHECK(device_of("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0") == DeviceClass::desktop);
  CHECK(device_of("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0)" + kChrome + "Safari/537.36") == DeviceClass::desktop);
  CHECK(device_of("Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148") ==
        DeviceClass::phone);
  CHECK(device_of("Mozilla/5.0 (Linux; Android 10; K)" + kChrome + "Mobile Safari/537.36") == DeviceClass::phone);
  CHECK(device_of("Mozilla/5.0 (Linux; Android 12; CUBOT NOTE 20)" + kChrome + "Mobile Safari/537.36") ==
        DeviceClass::phone);
  CHECK(device_of("Dalvik/2.1.0 (Linux; U; Android 9; SM-G960F Build/PPR1)") == DeviceClass::phone);
  CHECK(device_of("Mozilla/5.0 (Linux; Android 10; K)" + kChrome + "Safari/537.36") == DeviceClass::tablet);
  CHECK(device_of("Mozilla/5.0 (iPad; CPU OS 26_6_2 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148") ==
        DeviceClass::tablet);
  CHECK(device_of("Mozilla/5.0 (Linux; Android 11; KFTUWI)" + kChrome + "Safari/537.36") == DeviceClass::tablet);
}

TEST_CASE("televisions, consoles and things are no phones") {
  CHECK(device_of("Mozilla/5.0 (SMART-TV; Linux; Tizen 5.0) AppleWebKit/537.36 Version/5.0 TV Safari/537.36") ==
        DeviceClass::television);
  CHECK(device_of("Mozilla/5.0 (Web0S; Linux/SmartTV)" + kChrome + "Safari/537.36") == DeviceClass::television);
  CHECK(device_of("Mozilla/5.0 (Linux; Android 9; AFTS Build/PS7223)" + kChrome + "Mobile Safari/537.36") ==
        DeviceClass::television);
  CHECK(device_of("Roku/DVP-9.10 (519.10E04111A)") == DeviceClass::television);
  CHECK(device_of("Mozilla/5.0 (PlayStation; PlayStation 5/2.26) AppleWebKit/605.1.15") == DeviceClass::console);
  CHECK(device_of("Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One)" + kChrome) == DeviceClass::console);
  CHECK(device_of("Mozilla/5.0 (Nintendo Switch; WebApplet) AppleWebKit/606.4") == DeviceClass::console);
  CHECK(device_of("ESP8266HTTPClient") == DeviceClass::thing);
  CHECK(device_of("Linux UPnP/1.0 Sonos/70.3-35220 (ZPS1)") == DeviceClass::thing);
}

TEST_CASE("bots are bots, whatever browser they pretend to be") {
  for (const auto* bot :
       {"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) AppleWebKit/537.36 Chrome/153 Mobile Safari/537.36 (compatible; "
        "Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
        "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
        "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
        "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)", "facebookexternalhit/1.1",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (Applebot/0.1)", "CCBot/2.0",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/153.0.0.0 Safari/537.36", "Twitterbot/1.0",
        "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "SemrushBot"})
    CHECK(std::pair(std::string(bot), device_of(bot)) == std::pair(std::string(bot), DeviceClass::bot));
}

TEST_CASE("programs are servers") {
  for (const auto* program :
       {"curl/8.5.0", "Wget/1.21.3", "python-requests/2.31.0", "Python-urllib/3.11", "Go-http-client/1.1",
        "Java/17.0.1", "Apache-HttpClient/4.5.13 (Java/11.0.16)", "libwww-perl/6.67", "axios/1.6.0", "kube-probe/1.27",
        "PostmanRuntime/7.36.0", "Debian APT-HTTP/1.3 (2.6.1)"})
    CHECK(std::pair(std::string(program), device_of(program)) == std::pair(std::string(program), DeviceClass::server));
}

TEST_CASE("a user agent that says nothing known is unknown, however long it is") {
  CHECK(device_of("") == DeviceClass::unknown);
  CHECK(device_of("-") == DeviceClass::unknown);
  CHECK(device_of(std::string(1'000'000, 'x')) == DeviceClass::unknown);
  CHECK(device_of(std::string("\0\xff\n", 3)) == DeviceClass::unknown);
}
