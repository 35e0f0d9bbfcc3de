// hello: answers every TXT question with one sentence.
#include <harbinger/plugin.h>
#include <harbinger/records.h>

using namespace harbinger;

class Hello final : public Plugin {
 public:
  struct Config {
    std::string text = "hello";
    std::chrono::seconds ttl{60};
  };

  explicit Hello(Config config) : config_(std::move(config)) {}

  Result<void> start(const PluginContext& context) override {
    made_ =
        context.metrics->counter("harbinger_hello_answers_total", "Answers made; kept ones are given without asking.");
    return {};
  }

  Task<Reply> serve(const Query& query, Next next) override {
    if (query.type() != RRType::TXT) co_return co_await next(query);
    made_.add();
    co_return Reply::to(query).add_answer(txt(query.name(), config_.ttl, config_.text));
  }

 private:
  const Config config_;
  Counter made_;
};

PluginSpec spec() {
  return define_plugin<Hello>("hello", "answers every TXT question with one sentence")
      .option("text", &Hello::Config::text, "the sentence to answer with")
      .option("ttl", &Hello::Config::ttl, "how long the answer may be kept");
}

HARBINGER_EXPORT_PLUGIN(spec)
