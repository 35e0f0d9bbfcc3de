// Any octets are a message or an error; a message written again reads back the same, and its data survives the way
// through text.
#include <harbinger/message.h>

#include <cstdlib>

#include "wire/rdata_table.h"

using namespace harbinger;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

Rdata lowered(const Rdata& rdata) {
  Rdata low(rdata.size() + 8);
  copy_lowercase(low.data(), rdata.data(), rdata.size());
  low.resize(rdata.size());
  return low;
}

// Compression may change the case of names.
void require_same(const Record& a, const Record& b) {
  require(a.name == b.name && a.type == b.type && a.klass == b.klass && a.ttl == b.ttl);
  const wire::RdataRow* row = wire::find_row(a.type);
  const bool shares = row && wire::has_shared_names(*row);
  require(shares ? lowered(a.rdata) == lowered(b.rdata) : a.rdata == b.rdata);
}

void require_same(const std::vector<Record>& a, const std::vector<Record>& b) {
  require(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) require_same(a[i], b[i]);
}

void require_same(const Message& a, const Message& b) {
  require(a.question.has_value() == b.question.has_value());
  if (a.question) require(a.question->name == b.question->name && a.question->type == b.question->type);
  require_same(a.answers, b.answers);
  require_same(a.authorities, b.authorities);
  require_same(a.additionals, b.additionals);
  require(a.edns.has_value() == b.edns.has_value());
  if (a.edns)
    require(std::equal(a.edns->options.begin(), a.edns->options.end(), b.edns->options.begin(), b.edns->options.end()));
}

bool write(const Message& message, MessageWriter& writer) {
  using Section = MessageWriter::Section;
  if (message.question && !writer.add_question(*message.question)) return false;
  for (const Record& record : message.answers) writer.add_record(Section::answer, record);
  for (const Record& record : message.authorities) writer.add_record(Section::authority, record);
  for (const Record& record : message.additionals) writer.add_record(Section::additional, record);
  if (message.edns) writer.add_opt(*message.edns);
  return !writer.overflowed();
}

void check_text(const Record& record) {
  // Updates have records without data, which no text can say.
  if (!check_rdata(record.type, record.rdata)) return;
  const auto rdata = rdata_from_text(record.type, rdata_to_text(record.type, record.rdata));
  require(rdata && *rdata == record.rdata);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = Message::parse({data, size});
  if (!message) {
    require(!message.error().message.empty());
    return 0;
  }
  require(!message->to_string().empty());
  for (const auto* section : {&message->answers, &message->authorities, &message->additionals}) {
    for (const Record& record : *section) check_text(record);
  }

  // Written with names spelled out where the reader allowed pointers, a message may outgrow what a message can be.
  static std::vector<std::uint8_t> room(65535);
  MessageWriter writer(room, message->header);
  if (!write(*message, writer)) return 0;
  const auto again = Message::parse(writer.finish());
  require(again.has_value());
  require_same(*message, *again);
  return 0;
}
