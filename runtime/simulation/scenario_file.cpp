#include "runtime/simulation/scenario.hpp"
#include "runtime/toml_file.hpp"

namespace quorate::simulation {

namespace {

/// Reads values of one table and names the place of what is wrong. The first error is kept.
class TableReader {
 public:
  TableReader(const std::string& path, const toml::table& table) : path_(path), table_(table) {}

  void fail(const toml::node& node, const std::string& why) {
    if (!error_) {
      error_ = Error{Errc::scenario_malformed,
                     path_ + ":" + std::to_string(node.source().begin.line) + ": " + why};
    }
  }
  /// Every key must have been asked for.
  void refuse_unknown(std::initializer_list<std::string_view> known) {
    for (const auto& [key, node] : table_) {
      bool found = false;
      for (const std::string_view name : known) found = found || name == key.str();
      if (!found) fail(node, "unknown key '" + std::string(key.str()) + "'");
    }
  }
  template <class T>
  void number(std::string_view key, T& out, std::int64_t low, std::int64_t high) {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return;
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < low || *value > high) {
      fail(*node, std::string(key) + " must be a whole number from " + std::to_string(low) +
                      " to " + std::to_string(high));
      return;
    }
    out = static_cast<T>(*value);
  }
  void text(std::string_view key, std::string& out) {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return;
    const auto value = node->value_exact<std::string>();
    if (!value || value->empty()) return fail(*node, std::string(key) + " must be a text");
    out = *value;
  }
  [[nodiscard]] Result<> status() const {
    if (error_) return *error_;
    return done();
  }
  void adopt(const Result<>& other) {
    if (!error_ && !other.ok()) error_ = other.error();
  }
  [[nodiscard]] const toml::table& table() const { return table_; }

 private:
  const std::string& path_;
  const toml::table& table_;
  std::optional<Error> error_;
};

template <class Row, class Read>
void rows(TableReader& reader, const std::string& path, std::string_view key,
          std::vector<Row>& out, Read read) {
  const toml::node* node = reader.table().get(key);
  if (node == nullptr) return;
  const toml::array* array = node->as_array();
  if (array == nullptr) {
    reader.fail(*node, "write [[" + std::string(key) + "]] before each of them");
    return;
  }
  out.clear();
  for (const toml::node& element : *array) {
    const toml::table* table = element.as_table();
    if (table == nullptr) {
      reader.fail(element, std::string(key) + " must be a table");
      return;
    }
    TableReader row_reader(path, *table);
    out.push_back(read(row_reader));
    reader.adopt(row_reader.status());
  }
}

ProducerSpec read_producer(TableReader& reader) {
  ProducerSpec out;
  reader.refuse_unknown({"name", "spend_sats"});
  reader.text("name", out.name);
  reader.number("spend_sats", out.spend.value, 1, 2'100'000'000'000'000);
  return out;
}

StackerSpec read_stacker(TableReader& reader) {
  StackerSpec out;
  reader.refuse_unknown({"name", "slots"});
  reader.text("name", out.name);
  reader.number("slots", out.slots, 1, 4000);
  return out;
}

Fault read_fault(TableReader& reader) {
  Fault out;
  reader.refuse_unknown({"kind", "term", "block", "who", "blocks", "depth", "how"});
  std::string kind;
  reader.text("kind", kind);
  bool known = false;
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(FaultKind::deal_badly); ++i) {
    if (name_of(static_cast<FaultKind>(i)) != kind) continue;
    out.kind = static_cast<FaultKind>(i);
    known = true;
  }
  if (!known) {
    reader.fail(reader.table(), "kind '" + kind +
                                    "' is none of kill_leader, crash, isolate, equivocate, "
                                    "reorganise, censor, deal_badly");
  }
  reader.number("term", out.term, 0, 1'000'000);
  reader.number("block", out.block, 1, 1'000);
  reader.text("who", out.who);
  reader.number("blocks", out.blocks, 0, 1'000);
  reader.number("depth", out.depth, 0, 100);
  reader.text("how", out.how);
  return out;
}

Result<> apply(const std::string& path, const toml::table& table, Scenario& out) {
  TableReader reader(path, table);
  reader.refuse_unknown({"preset", "seed", "terms", "transfers", "loss_percent", "delay_ms",
                         "duplicate_percent", "confirmations", "mean_burn_interval_s",
                         "transfer_bursts", "producer", "stacker", "fault"});
  reader.number("seed", out.seed, 0, INT64_MAX);
  reader.number("terms", out.producing_terms, 1, 1'000);
  reader.number("transfers", out.max_transfers, 0, 10'000'000);
  reader.number("transfer_bursts", out.transfer_bursts, 0, 1'000'000);
  reader.number("confirmations", out.params.confirmations, 1, 100);
  std::int64_t value = out.timing.mean_burn_interval.us / 1'000'000;
  reader.number("mean_burn_interval_s", value, 1, 86'400);
  out.timing.mean_burn_interval = seconds(value);
  value = out.links.loss_per_mille / 10;
  reader.number("loss_percent", value, 0, 100);
  out.links.loss_per_mille = static_cast<std::uint32_t>(value * 10);
  value = out.links.duplicate_per_mille / 10;
  reader.number("duplicate_percent", value, 0, 100);
  out.links.duplicate_per_mille = static_cast<std::uint32_t>(value * 10);
  if (const toml::node* delay = table.get("delay_ms")) {
    const toml::array* pair = delay->as_array();
    const auto low = pair && pair->size() == 2 ? (*pair)[0].value<std::int64_t>() : std::nullopt;
    const auto high = pair && pair->size() == 2 ? (*pair)[1].value<std::int64_t>() : std::nullopt;
    if (!low || !high || *low < 0 || *low > *high || *high > 3'600'000) {
      reader.fail(*delay, "delay_ms must be two numbers, [shortest, longest]");
    } else {
      out.links.delay_low = milliseconds(*low);
      out.links.delay_high = milliseconds(*high);
    }
  }
  rows(reader, path, "producer", out.producers, read_producer);
  rows(reader, path, "stacker", out.stackers, read_stacker);
  rows(reader, path, "fault", out.faults, read_fault);
  return reader.status();
}

}  // namespace

Result<Scenario> read_scenario(const std::string& path) {
  TRY_ASSIGN(const toml::table table, runtime::read_toml(path, Errc::scenario_malformed));
  const auto name = table["preset"].value<std::string>();
  TRY_ASSIGN(Scenario out, preset(name.value_or("tiny")));
  TRY(apply(path, table, out));
  TRY(check(out));
  return out;
}

}  // namespace quorate::simulation
