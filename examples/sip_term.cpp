// One term as the SIP tells it, with its own four producers of 10, 20, 30 and 40 percent: from
// their enrollments on Bitcoin to their rewards. Everything printed is read from a simulated
// network that really ran; the exit code is 0 only if all of it is as the SIP says. Read it beside
// the SIP's "Producer Set Enrollments", "Producer DB Setup", "Producer Set Collaboration", "Block
// Signing and Announcement" and "Producer Rewards".
#include <fmt/core.h>

#include <filesystem>

#include "consensus/terms.hpp"
#include "runtime/simulation/report.hpp"

using namespace quorate;
using namespace quorate::simulation;

namespace {

constexpr TermNumber told_term{2};
constexpr std::array<std::uint32_t, 4> percents{10, 20, 30, 40};

/// Counts what is not as narrated.
class Story {
 public:
  void chapter(std::string_view title) { fmt::print("\n{}. {}\n", ++chapters_, title); }
  template <class... Args>
  void say(fmt::format_string<Args...> text, Args&&... args) {
    fmt::print("   {}\n", fmt::format(text, std::forward<Args>(args)...));
  }
  void expect(bool holds, std::string_view what) {
    fmt::print("   {} {}\n", holds ? "[yes]" : "[NO] ", what);
    if (!holds) ++wrong_;
  }
  [[nodiscard]] int exit_code() const { return wrong_ == 0 ? 0 : 1; }

 private:
  int chapters_{};
  int wrong_{};
};

/// What only exists while the network runs.
struct Seen {
  consensus::ProducerPlanPtr plan;
  std::shared_ptr<const consensus::KeyCertificate> key;
  std::string first_leader;
  std::vector<std::pair<std::string, stacks::Principal>> names;

  [[nodiscard]] std::string name_of(const stacks::Principal& principal) const {
    for (const auto& [name, owner] : names) {
      if (owner == principal) return name;
    }
    return "nobody";
  }
};

Scenario four_producers() {
  Scenario out = preset("tiny").value();
  out.timing.mean_burn_interval = seconds(20);
  out.producing_terms = 1;
  out.max_transfers = 20;
  return out;
}

std::string data_folder() {
  const std::string here = "examples/data/demo/";
  return std::filesystem::exists(here) ? here : QUORATE_DATA_DIR "/demo/";
}

Result<std::unique_ptr<World>> begin(std::function<void(const BurnInterval&)> on_interval) {
  TRY_ASSIGN(auto transfers, read_transfers(data_folder() + "transfers.jsonl"));
  TRY_ASSIGN(auto genesis, read_genesis(data_folder() + "genesis.json"));
  return World::create(
      {four_producers(), std::move(genesis), std::move(transfers), "", std::move(on_interval)});
}

void look(const World& world, const BurnInterval& interval, Seen& seen) {
  const consensus::Chain* chain = world.reference_chain();
  if (chain == nullptr) return;
  if (!seen.plan) seen.plan = chain->producers(told_term);
  if (!seen.key) seen.key = chain->key(GroupKind::producers, told_term.value);
  if (interval.term == told_term && seen.first_leader.empty()) seen.first_leader = interval.leader;
}

void tell_enrollments(Story& story, const Scenario& scenario, const Seen& seen) {
  story.chapter("Enrollment (SIP \"Producer Set Enrollments\")");
  story.say(
      "A term is {} Bitcoin blocks. Who wants to produce in term 2 enrolls in term 0, Bitcoin",
      scenario.params.term_length);
  story.say("blocks {} to {}: it registers a VRF key, then spends Bitcoin with an '@' operation.",
            consensus::first_height(scenario.params, TermNumber{0}).value,
            consensus::last_height(scenario.params, TermNumber{0}).value);
  const auto& entries = seen.plan->producers.entries;
  const std::uint64_t total = seen.plan->producers.total_spend().value;
  for (const auto& entry : entries) {
    story.say("  {:<6} spent {:>7} sats, {:>2} % of all; mined in Bitcoin block {}",
              seen.name_of(entry.principal), entry.spend.value, entry.spend.value * 100 / total,
              entry.enrollment.place.height.value);
  }
  story.expect(entries.size() == percents.size(), "four producers are elected");
  bool in_window = true;
  bool shares = entries.size() == percents.size();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    in_window =
        in_window &&
        consensus::term_of(scenario.params, entries[i].enrollment.place.height) == TermNumber{0};
    shares = shares && entries[i].spend.value * 100 == total * percents[i];
  }
  story.expect(in_window, "all of them enrolled in term 0");
  story.expect(shares, "they spent 10, 20, 30 and 40 percent, and are listed in that order");
}

/// The SIP's own list: of every ten slots the first is the 10 % producer's, the next two the 20 %
/// producer's, then three, then four.
bool are_slots_of_the_sip(const std::vector<SlotIndex>& slots, std::size_t producer) {
  constexpr std::array<std::uint32_t, 4> first{0, 1, 3, 6};
  std::vector<SlotIndex> expected;
  for (std::uint32_t round = 0; round < 10; ++round) {
    for (std::uint32_t i = 0; i <= producer; ++i) {
      expected.push_back(SlotIndex{round * 10 + first[producer] + i});
    }
  }
  return slots == expected;
}

void tell_slots(Story& story, const Seen& seen) {
  story.chapter("Slots (SIP \"Producer DB Setup\")");
  story.say(
      "The 100 signer slots go round from the smallest to the largest spender. Slot s holds a");
  story.say(
      "producer's key generation state, slot 100 + s its signing state, 200 + i its candidate.");
  const auto& entries = seen.plan->producers.entries;
  bool all = entries.size() == percents.size();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    std::string first;
    for (std::size_t s = 0; s < std::min<std::size_t>(entries[i].slots.size(), 8); ++s) {
      first += fmt::format("{}, ", entries[i].slots[s].value);
    }
    story.say("  {:<6} {:>2} slots: {}… {}, candidates in slot {}",
              seen.name_of(entries[i].principal), entries[i].slots.size(), first,
              entries[i].slots.back().value, 200 + i);
    all = all && are_slots_of_the_sip(entries[i].slots, i);
  }
  story.expect(all, "exactly the slots of the SIP's example: 0, 10, 20, … / 1, 2, 11, 12, … / …");
}

void tell_keys(Story& story, const Seen& seen) {
  story.chapter("Key generation (SIP \"Producer Signing Protocol\", \"Signature Generation\")");
  story.say(
      "During term 1 the four deal shares of a common key to each other, one share per slot,");
  story.say("through the slots of the Stacker DB. No member ever knows the whole secret.");
  story.expect(seen.key != nullptr, "a key certificate exists before the term begins");
  if (!seen.key) return;
  story.say("  the producers' key of term 2: {}", to_hex(seen.key->content.group_key.bytes));
  story.expect(
      consensus::verify(*seen.key, seen.plan->signers, four_producers().params.network_id).ok(),
      "the certificate carries votes of at least 67 slots");
}

const BlockRecord* first_block(const std::vector<const BlockRecord*>& branch) {
  for (const BlockRecord* block : branch) {
    if (block->term == told_term) return block;
  }
  return nullptr;
}

std::uint32_t weight_of(const std::string& bits, const consensus::SignerSet& set) {
  std::uint32_t out = 0;
  for (std::uint16_t p = 0; p < bits.size(); ++p) {
    if (bits[p] == '1') out += set.weight(MemberIndex{p}).value;
  }
  return out;
}

void tell_block(Story& story, const Seen& seen, const BlockRecord& block) {
  story.chapter("Leader and first block (SIP \"Producer Set Collaboration\", \"Block Signing …\")");
  story.say("Term 2 begins. {} gets votes of at least 67 slots and leads: it proposes a candidate,",
            seen.first_leader);
  story.say("the producers agree on it in two phases and sign it together, then the stackers do.");
  story.expect(!seen.first_leader.empty(), "a leader was elected");
  story.say("  block {} has {} transfers, {} uSTX of fees, id {}…", block.height.value,
            block.txids.size(), to_decimal(block.fees.value), to_hex(block.id).substr(0, 16));
  story.say("  producers who signed, smallest first: {} ({} of 100 slots)", block.producer_bits,
            weight_of(block.producer_bits, seen.plan->signers));
  story.say("  stackers who signed:                  {}", block.stacker_bits);
  story.expect(block.height == BlockHeight{1}, "it is the first block of the chain");
  story.expect(weight_of(block.producer_bits, seen.plan->signers) >= 67,
               "its bit vector shows at least 67 of 100 producer slots");
}

void tell_announcement(Story& story, const World& world,
                       const std::vector<const BlockRecord*>& branch) {
  story.chapter("Announcement (SIP \"Block Signing and Announcement\")");
  story.say(
      "The producers write the hash of the latest block to Bitcoin, in a Taproot transaction");
  story.say("that both groups sign. What it covers is final some Bitcoin blocks later.");
  const BlockRecord* last = nullptr;
  for (const BlockRecord* block : branch) {
    if (block->term == told_term && block->final_at) last = block;
  }
  story.expect(last != nullptr, "blocks of the term are announced and final");
  if (last == nullptr) return;
  const auto finality = world.reference_chain()->finality(last->id);
  story.say("  {} announcements in all; block {} announced in Bitcoin block {}, final at {}",
            world.announcements(), last->height.value,
            finality.announced_at.value_or(BurnHeight{0}).value, last->final_at->value);
  story.expect(
      finality.announced_at &&
          *last->final_at >= *finality.announced_at + world.scenario().params.confirmations,
      "it became final only after the confirmations");
}

void tell_rewards(Story& story, const Seen& seen, const BlockRecord& block) {
  story.chapter("Rewards (SIP \"Producer Rewards\")");
  const auto& split = block.coinbase_split;
  story.expect(split != nullptr, "the term's first block pays the coinbase");
  if (!split) return;
  story.say("The coinbase of ten Bitcoin blocks, {} uSTX, is shared by what everybody spent:",
            to_decimal(split->purse.value));
  U128 sum = 0;
  bool shares = split->lines.size() == percents.size();
  for (std::size_t i = 0; i < split->lines.size(); ++i) {
    const auto& line = split->lines[i];
    story.say("  {:<6} {:>12} uSTX", seen.name_of(line.payee), to_decimal(line.amount.value));
    sum += line.amount.value;
    shares =
        shares && line.amount.value * 100 == split->purse.value * percents[i % percents.size()];
  }
  story.expect(shares, "10, 20, 30 and 40 percent of it, to the last micro-STX");
  story.expect(sum == split->purse.value, "the parts sum to the purse");
  if (!block.fee_split) return;
  story.say("The fees of the block, {} uSTX, go to those whose bit is set:",
            to_decimal(block.fee_split->purse.value));
  U128 fees = 0;
  for (const auto& line : block.fee_split->lines) {
    story.say("  {:<6} {:>12} uSTX", seen.name_of(line.payee), to_decimal(line.amount.value));
    fees += line.amount.value;
  }
  story.expect(fees == block.fees.value, "the parts sum to the fees");
}

int narrate(World& world, Seen& seen) {
  const Findings findings = examine(world, {});
  Story story;
  seen.names = world.producers();
  if (!seen.plan) {
    story.expect(false, "a producer set is elected");
    return story.exit_code();
  }
  tell_enrollments(story, world.scenario(), seen);
  tell_slots(story, seen);
  tell_keys(story, seen);
  const auto branch = world.chronicle().branch(world.reference_chain()->tip());
  const BlockRecord* first = first_block(branch);
  story.expect(first != nullptr, "the term has a block");
  if (first != nullptr) {
    tell_block(story, seen, *first);
    tell_announcement(story, world, branch);
    tell_rewards(story, seen, *first);
  }
  story.chapter("The end");
  for (const std::string& failure : findings.failures) story.say("{}", failure);
  story.expect(findings.failures.empty(), "every node ends with the same blocks and balances");
  return story.exit_code();
}

}  // namespace

int main() {
  Seen seen;
  World* running = nullptr;
  auto world = begin([&](const BurnInterval& interval) { look(*running, interval, seen); });
  if (!world.ok()) {
    fmt::print(stderr, "{}\n", world.error().message());
    return 3;
  }
  running = world->get();
  fmt::print("One term of four producers, in a network of eight nodes with a scripted Bitcoin.\n");
  running->run();
  return narrate(*running, seen);
}
