#include "tests/roles/role_bench.hpp"

#include <algorithm>
#include <stdexcept>

#include "storage/snapshot.hpp"

namespace quorate::test {

namespace {

std::string name_of_message(const caf::message& message) {
#define X(name) \
  if (message.match_elements<messages::name>()) return #name;
  QUORATE_ACTOR_MESSAGES(X)
#undef X
  return "?";
}

constexpr std::array<std::string_view, 11> event_names{
    "BurnTipChanged", "SetPlanned",    "KeyLearned",     "Position",
    "BlockAccepted",  "BlocksDropped", "BlockAnnounced", "BlockFinal",
    "EnrollmentOpen", "KeyRegistered", "MempoolChanged"};
static_assert(event_names.size() == std::variant_size_v<messages::ChainEvent>);

std::string text_of(PeerId peer) { return std::to_string(peer.value); }
std::string text_of(const Error& error) { return std::string(name_of(error.code)); }

}  // namespace

RoleBench::RoleBench(std::uint64_t seed) {
  system_.await_actors_before_shutdown(false);
  coordinator().seed(seed);
  agenda_.set_now(coordinator().now());
  wiring_->ports = {this, this, this, this, this};
  wiring_->feed = PeerId{0};
  actors::NodeRoles& to = wiring_->roles;
  const auto give_recorder = [&](auto& handle, Role role) {
    handle = caf::actor_cast<std::decay_t<decltype(handle)>>(recorder(role));
  };
  give_recorder(to.follower, Role::follower);
  give_recorder(to.keeper, Role::keeper);
  give_recorder(to.mempool, Role::mempool);
  give_recorder(to.producer_replica, Role::producer_replica);
  give_recorder(to.stacker_replica, Role::stacker_replica);
  give_recorder(to.producer, Role::producer);
  give_recorder(to.election, Role::election);
  give_recorder(to.stacker, Role::stacker);
  give_recorder(to.announcer, Role::announcer);
  give_recorder(to.enroller, Role::enroller);
  give_recorder(to.gateway, Role::gateway);
}

void RoleBench::add_slot_desk() {
  wiring_->roles.slot_desk = caf::actor_cast<messages::SlotDeskActor>(recorder(Role::slot_desk));
}

RoleBench::~RoleBench() {
  for (const caf::actor& actor : owned_) rt::kill(actor);
  coordinator().settle();
  wiring_->roles = {};
}

caf::actor RoleBench::recorder(Role role) {
  const auto record = [this](caf::event_based_actor* self, Role heard_by) -> caf::behavior {
    self->set_default_handler([this, heard_by](caf::scheduled_actor*, caf::message_view& view)
                                  -> caf::result<caf::message> {
      hear(heard_by, view.move_content_to_message());
      return caf::message{};
    });
    return {[](const std::vector<caf::message>&) {}};  // Never sent: everything is recorded.
  };
  // As an argument: without any CAF binds a reference to a null tuple of them.
  return own(system_.spawn(record, role));
}

void RoleBench::pass(Duration time) {
  Instant end = coordinator().now() + time;
  coordinator().run_until(end, agenda_);
}

std::vector<std::pair<PeerId, messages::PeerMessage>> RoleBench::sent() const {
  std::vector<std::pair<PeerId, messages::PeerMessage>> out;
  for (const auto& [to, frame] : frames_) {
    auto message = messages::decode_frame(frame.view());
    REQUIRE(message.ok());
    out.emplace_back(to, std::move(message).value());
  }
  return out;
}

void RoleBench::use(Port port) const {
  if (broken_.erase(port) > 0) throw std::runtime_error("the port broke");
}

void RoleBench::hear(Role role, caf::message message) {
  journal_.push_back("tell " + std::string(name_of(role)) + " " + name_of_message(message));
  heard_.emplace_back(role, std::move(message));
}

void RoleBench::send(PeerId to, const messages::Frame& frame) {
  use(Port::network);
  const auto kind = messages::row_of(messages::kind_of(frame.view())).name;
  journal_.push_back("send " + text_of(to) + " " + std::string(kind));
  frames_.emplace_back(to, frame);
}
void RoleBench::drop(PeerId peer, const Error& reason) {
  journal_.push_back("drop " + text_of(peer) + " " + text_of(reason));
}
void RoleBench::on_chain_event(const messages::ChainEvent& event, const consensus::Chain&) {
  journal_.push_back("event " + std::string(event_names[event.index()]));
}
void RoleBench::on_leader(const messages::LeaderCertificate&) { journal_.emplace_back("leader"); }
void RoleBench::on_evidence(const actors::Evidence& evidence) {
  journal_.push_back("evidence " + evidence.kind);
  evidence_.push_back(evidence);
}
void RoleBench::on_note(Role role, const std::string&) {
  journal_.push_back("note " + std::string(name_of(role)));
}
void RoleBench::on_refusal(Role role, const Error& error) {
  journal_.push_back("refusal " + std::string(name_of(role)) + " " + text_of(error));
}
void RoleBench::on_bad_frame(PeerId peer, const Error& error) {
  use(Port::observer);
  journal_.push_back("bad frame " + text_of(peer) + " " + text_of(error));
}
void RoleBench::stop(Role role, const Error& reason) {
  journal_.push_back("stop " + std::string(name_of(role)) + " " + text_of(reason));
  if (!stopped_) stopped_.emplace(role, reason);
}

Result<> RoleBench::commit(std::span<const storage::RecordWrite> writes) {
  use(Port::store);
  const auto done = store_.commit(writes);
  std::string line = done.ok() ? "commit" : "commit refused " + text_of(done.error());
  for (const auto& write : writes) {
    if (done.ok()) line += " " + std::string(storage::name_of(write.table));
  }
  journal_.push_back(line);
  return done;
}
Result<std::optional<Bytes>> RoleBench::get(storage::Table table, ByteView key) const {
  return store_.get(table, key);
}
Result<> RoleBench::scan(storage::Table table,
                         const std::function<bool(ByteView, ByteView)>& visit) const {
  if (spoiled_) return Errc::store_corrupt;
  return store_.scan(table, visit);
}

std::size_t place(const Journal& journal, const std::string& line) {
  return static_cast<std::size_t>(std::find(journal.begin(), journal.end(), line) -
                                  journal.begin());
}
std::size_t times(const Journal& journal, const std::string& line) {
  return static_cast<std::size_t>(std::count(journal.begin(), journal.end(), line));
}

}  // namespace quorate::test
