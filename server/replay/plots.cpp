#include "server/replay/plots.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <utility>
#include <vector>

namespace harbinger::replay {

namespace {

constexpr double kWidth = 760, kHeight = 440;
constexpr double kLeft = 70, kRight = 190, kTop = 50, kBottom = 60;

struct Line {
  std::string label;
  std::string color;
  std::vector<std::pair<double, double>> points;
  bool dashed = false;
};

struct Plot {
  std::string title, x_label, y_label;
  double x_max = 1, y_max = 1;
  double x_step = 0.25, y_step = 0.1;
  bool x_percent = false;
  std::vector<Line> lines{};
};

// Told apart by people who see few colours as well (Okabe and Ito's palette); harbinger is the strong one.
std::string color_of(std::string_view model) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kColors{{{"harbinger", "#D55E00"},
                                                                                  {"harbinger_served", "#E69F00"},
                                                                                  {"popularity", "#999999"},
                                                                                  {"markov1", "#0072B2"},
                                                                                  {"dg4", "#009E73"},
                                                                                  {"ppm2_online", "#CC79A7"}}};
  for (const auto& [name, color] : kColors)
    if (name == model) return std::string(color);
  return "#000000";
}

// Of curves that have no colour of their own, by their place.
std::string color_at(std::size_t place) {
  constexpr std::array<std::string_view, 7> kColors{"#0072B2", "#009E73", "#CC79A7", "#E69F00",
                                                    "#56B4E9", "#999999", "#000000"};
  return std::string(kColors[place % kColors.size()]);
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '"')
      out += "&quot;";
    else if (static_cast<unsigned char>(c) >= ' ')
      out += c;
  }
  return out;
}

std::string number(double value, int digits = 1) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

class Drawing {
 public:
  explicit Drawing(const Plot& plot) : plot_(plot) {}

  std::string svg() {
    out_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(kWidth, 0) + ' ' + number(kHeight, 0) +
           "\" font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
    text(kLeft, 28, plot_.title, "start", "font-size=\"16\" font-weight=\"bold\"");
    axes();
    for (const auto& line : plot_.lines) draw(line);
    legend();
    return out_ + "</svg>\n";
  }

 private:
  double x(double value) const { return kLeft + value / plot_.x_max * (kWidth - kLeft - kRight); }
  double y(double value) const { return kHeight - kBottom - value / plot_.y_max * (kHeight - kTop - kBottom); }

  void text(double at_x, double at_y, std::string_view words, const char* anchor, std::string_view more = "") {
    out_ += "<text x=\"" + number(at_x) + "\" y=\"" + number(at_y) + "\" text-anchor=\"" + anchor + "\" " +
            std::string(more) + '>' + escaped(words) + "</text>\n";
  }

  void stroke(double x1, double y1, double x2, double y2, std::string_view look) {
    out_ += "<line x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" + number(x2) + "\" y2=\"" + number(y2) +
            "\" " + std::string(look) + "/>\n";
  }

  void axes() {
    for (double value = 0; value <= plot_.y_max + 1e-9; value += plot_.y_step) {
      stroke(x(0), y(value), x(plot_.x_max), y(value), "stroke=\"#dddddd\"");
      text(x(0) - 8, y(value) + 4, number(100 * value, 0) + " %", "end");
    }
    for (double value = 0; value <= plot_.x_max + 1e-9; value += plot_.x_step) {
      stroke(x(value), y(0), x(value), y(0) + 5, "stroke=\"black\"");
      text(x(value), y(0) + 20, plot_.x_percent ? number(100 * value, 0) + " %" : number(value, 2), "middle");
    }
    stroke(x(0), y(0), x(plot_.x_max), y(0), "stroke=\"black\"");
    stroke(x(0), y(0), x(0), y(plot_.y_max), "stroke=\"black\"");
    text((kLeft + kWidth - kRight) / 2, kHeight - 18, plot_.x_label, "middle");
    text(-(kTop + kHeight - kBottom) / 2, 18, plot_.y_label, "middle", "transform=\"rotate(-90)\"");
  }

  void draw(const Line& line) {
    out_ += "<polyline fill=\"none\" stroke=\"" + line.color + "\" stroke-width=\"" +
            (line.label == "harbinger" ? "3" : "2") + '"' + (line.dashed ? " stroke-dasharray=\"6 4\"" : "") +
            " points=\"";
    for (const auto& [at_x, at_y] : line.points) out_ += number(x(at_x)) + ',' + number(y(at_y)) + ' ';
    out_ += "\"/>\n";
  }

  void legend() {
    double at = kTop + 10;
    for (const auto& line : plot_.lines) {
      const auto from = kWidth - kRight + 20;
      stroke(from, at, from + 24, at,
             "stroke=\"" + line.color + "\" stroke-width=\"" + (line.label == "harbinger" ? "3" : "2") + '"' +
                 (line.dashed ? " stroke-dasharray=\"6 4\"" : ""));
      text(from + 32, at + 4, line.label, "start");
      at += 22;
    }
  }

  const Plot& plot_;
  std::string out_;
};

// The first multiple of `step` at or above `value`.
double round_up(double value, double step) { return std::max(1.0, std::ceil(value / step - 1e-9)) * step; }

double fit_step(double top) { return top <= 0.1 ? 0.02 : top <= 0.3 ? 0.05 : 0.1; }

// A curve up to the edge of the picture.
Line coverage_line(const ModelResult& model, double x_max) {
  Line line{model.name, color_of(model.name), {{0, 0}}};
  for (const auto& point : model.curve) {
    if (point.waste <= x_max) {
      line.points.emplace_back(point.waste, point.coverage);
      continue;
    }
    const auto [waste, coverage] = line.points.back();
    const auto share = (x_max - waste) / (point.waste - waste);
    line.points.emplace_back(x_max, coverage + share * (point.coverage - coverage));
    break;
  }
  return line;
}

}  // namespace

std::string coverage_plot(const Results& results) {
  Plot plot{.title = "Coverage of needs against waste: " + results.trace,
            .x_label = "useless prefetches for each need",
            .y_label = "needs that were prefetched before"};
  plot.x_max = 1.5;
  double top = results.bounds.need_seen;
  for (const auto& model : results.models)
    if (model.name != "oracle") plot.lines.push_back(coverage_line(model, plot.x_max));
  plot.lines.push_back({"seen before (oracle)", "#000000", {{0, top}, {plot.x_max, top}}, true});
  for (const auto& line : plot.lines)
    for (const auto& point : line.points) top = std::max(top, point.second);
  plot.y_step = fit_step(top);
  plot.y_max = round_up(top, plot.y_step);
  return Drawing(plot).svg();
}

std::string hit_rate_plot(const Results& results) {
  Plot plot{.title = "Hit rate over time: " + results.trace,
            .x_label = "judged part of the trace, in the order of time",
            .y_label = "first guess right",
            .x_percent = true};
  double top = 0;
  for (const auto& model : results.models) {
    if (model.over_time.empty()) continue;
    Line line{model.name, color_of(model.name), {}};
    for (std::size_t i = 0; i < model.over_time.size(); ++i) {
      line.points.emplace_back((static_cast<double>(i) + 0.5) / static_cast<double>(model.over_time.size()),
                               model.over_time[i]);
      top = std::max(top, model.over_time[i]);
    }
    plot.lines.push_back(std::move(line));
  }
  plot.y_step = fit_step(top);
  plot.y_max = round_up(top, plot.y_step);
  return Drawing(plot).svg();
}

std::string share_plot(const std::string& title, const std::string& x_label, const std::string& y_label,
                       const std::vector<ShareCurve>& curves) {
  Plot plot{.title = title, .x_label = x_label, .y_label = y_label, .x_percent = true};
  double top = 0, right = 0;
  for (const auto& [label, points] : curves) {
    plot.lines.push_back({label, color_of(label), points});
    for (const auto& [x, y] : points) {
      right = std::max(right, x);
      top = std::max(top, y);
    }
  }
  plot.x_step = right <= 0.05 ? 0.01 : right <= 0.2 ? 0.02 : 0.1;
  plot.x_max = round_up(right, plot.x_step);
  plot.y_step = fit_step(top);
  plot.y_max = round_up(top, plot.y_step);
  return Drawing(plot).svg();
}

std::string amount_plot(const std::string& title, const std::string& x_label, const std::string& y_label,
                        const std::vector<ShareCurve>& curves, double x_max, double y_max) {
  Plot plot{.title = title, .x_label = x_label, .y_label = y_label, .x_max = x_max, .y_max = y_max};
  const double power = std::pow(10, std::floor(std::log10(x_max)));
  plot.x_step = x_max / power > 5 ? power : x_max / power > 2 ? power / 2 : power / 5;
  plot.y_step = fit_step(y_max);
  for (std::size_t i = 0; i < curves.size(); ++i) {
    Line line{curves[i].label, curves[i].label == "harbinger" ? color_of("harbinger") : color_at(i), {}};
    for (const auto& [x, y] : curves[i].points)
      if (x <= x_max && y <= y_max) line.points.emplace_back(x, y);
    plot.lines.push_back(std::move(line));
  }
  return Drawing(plot).svg();
}

}  // namespace harbinger::replay
