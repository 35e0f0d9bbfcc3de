// Messages in the manner of dig.
#include <harbinger/message.h>

namespace harbinger {
namespace {

void append_flags(std::string& text, const Header& header) {
  const std::pair<bool, const char*> flags[] = {{header.qr, " qr"}, {header.aa, " aa"}, {header.tc, " tc"},
                                                {header.rd, " rd"}, {header.ra, " ra"}, {header.ad, " ad"},
                                                {header.cd, " cd"}};
  for (const auto& [set, word] : flags) {
    if (set) text += word;
  }
}

void append_header(std::string& text, const Message& message) {
  const Header& header = message.header;
  text += ";; opcode: " + to_string(header.opcode) + ", status: " + to_string(message.rcode()) +
          ", id: " + std::to_string(header.id) + "\n;; flags:";
  append_flags(text, header);
  text += "; QUERY: " + std::to_string(header.qdcount) + ", ANSWER: " + std::to_string(header.ancount) +
          ", AUTHORITY: " + std::to_string(header.nscount) + ", ADDITIONAL: " + std::to_string(header.arcount) + '\n';
}

void append_edns(std::string& text, const Edns& edns, const std::string& asked) {
  text += "\n;; OPT PSEUDOSECTION:\n; EDNS: version: " + std::to_string(edns.version) +
          ", flags:" + (edns.dnssec_ok ? " do" : "") + "; udp: " + std::to_string(edns.udp_size) + '\n';
  OptionReader options(edns.options);
  while (const auto option = options.next()) text += "; " + to_string(*option, asked) + '\n';
}

void append_section(std::string& text, const char* title, const std::vector<Record>& records) {
  if (records.empty()) return;
  text += std::string("\n;; ") + title + " SECTION:\n";
  for (const Record& record : records) text += record.to_string() + '\n';
}

}  // namespace

std::string Message::to_string() const {
  std::string text;
  append_header(text, *this);
  if (edns) append_edns(text, *edns, question ? question->name.to_string() : "");
  if (question) {
    text += "\n;; QUESTION SECTION:\n;" + question->name.to_string() + ' ' + harbinger::to_string(question->klass) +
            ' ' + harbinger::to_string(question->type) + '\n';
  }
  append_section(text, "ANSWER", answers);
  append_section(text, "AUTHORITY", authorities);
  append_section(text, "ADDITIONAL", additionals);
  return text;
}

}  // namespace harbinger
