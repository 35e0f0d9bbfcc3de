#include "persona/catalogue.h"

namespace harbinger::persona {

namespace {

constexpr std::string_view kText =
    R"(# The personas that harbinger knows from the start. The first entry whose rule holds wins; otherwise a class of clients
# gets the entry whose ranges fit what it does best. docs/persona_catalogue.md tells every word.

# --- Programs -------------------------------------------------------------------------------------------------------

persona monitoring-bot {
    rule user_agent *uptimerobot* *pingdom* *statuscake* *nagios* *check_http* *zabbix* *prometheus* *blackbox*exporter*
    fits bot 0.3.. weight 2
    fits regularity 0.6..
    fits distinct ..0.2
    attribute device bot
    attribute purpose monitoring
    prefetch off
}

persona crawler {
    rule user_agent *bot* *crawler* *spider* *slurp* *archiver* *scrapy* *httrack*
    rule device bot
    fits bot 0.5.. weight 2
    fits distinct 0.4..
    attribute device bot
    attribute purpose indexing
    prefetch off
}

persona backend {
    fits server 0.5.. weight 2
    attribute device server
    location nearest
    hints 4
}

persona device-telemetry {
    fits telemetry 0.2.. weight 2
    fits distinct ..0.3
    fits regularity 0.3..
    attribute device thing
    attribute purpose telemetry
    hints 3
    floor 0.2
}

persona smart-device {
    fits thing 0.5.. weight 2
    fits distinct ..0.5
    attribute device thing
    hints 3
    floor 0.2
}

# --- Watching and playing -------------------------------------------------------------------------------------------

persona mobile-video {
    fits video 0.25.. weight 2
    fits phone 0.5.. weight 2
    attribute device phone
    attribute media video
    location nearest
    template edge-small
    priority *.mpd 2
    priority *.m3u8 2
    priority *video* 1.5
    hints 6
    fragments 4
}

persona living-room-video {
    fits video 0.25.. weight 2
    fits television 0.5.. weight 2
    attribute device television
    attribute media video
    location nearest
    template edge-large
    priority *.mpd 2
    priority *.m3u8 2
    fragments 8
}

persona desktop-video {
    fits video 0.25.. weight 2
    fits desktop 0.5.. weight 2
    attribute device desktop
    attribute media video
    location nearest
    template edge-large
    priority *.mpd 2
    priority *.m3u8 2
    priority *video* 1.5
    hints 8
    fragments 6
}

persona video {
    fits video 0.3.. weight 2
    attribute media video
    location nearest
    priority *.mpd 2
    priority *.m3u8 2
    fragments 4
}

persona gamer {
    fits game 0.2.. weight 2
    fits video ..0.4
    attribute purpose games
    location lowest-latency
    template edge-fast
    priority *game* 2
    hints 4
}

# --- Reading, talking, working --------------------------------------------------------------------------------------

persona late-night-reader {
    fits reading 0.25.. weight 2
    fits night 0.6.. weight 2
    fits video ..0.2
    attribute media text
    attribute hours night
    hints 8
}

persona reader {
    fits reading 0.25.. weight 2
    fits night ..0.5
    fits video ..0.2
    attribute media text
    hints 8
}

persona social {
    fits social 0.25.. weight 2
    fits video ..0.4
    attribute purpose social
    priority *cdn* 1.5
    hints 6
}

persona developer {
    fits api_call 0.2.. weight 2
    fits server ..0.3
    fits thing ..0.2
    attribute purpose development
    hints 6
}

persona interactive-researcher {
    fits distinct 0.4.. weight 2
    fits dwell_s 15.. weight 2
    fits acts_per_minute 0.5..12
    fits bot ..0.1
    attribute purpose research
    hints 10
    floor 0.05
}

persona office-worker {
    fits desktop 0.6.. weight 2
    fits night ..0.1
    fits video ..0.1
    fits game ..0.05
    fits social ..0.15
    attribute device desktop
    attribute purpose work
    hints 8
}
)";

}  // namespace

std::string_view Catalogue::default_text() { return kText; }

}  // namespace harbinger::persona
