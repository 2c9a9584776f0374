#include "runtime/cli/frost_command.hpp"

#include <cstdio>

#include <fmt/format.h>

#include "runtime/frost/fault_document.hpp"
#include "runtime/frost/files.hpp"
#include "runtime/frost/passphrase.hpp"
#include "runtime/frost/signing_verbs.hpp"

namespace quorate::cli {
namespace {

using namespace frost;
using crypto::SecretKey;

Result<Json> load(const std::string& path, std::string_view kind) {
  TRY_ASSIGN(const std::string text, read_file(path));
  return parse_document(text, kind, path);
}

Result<std::vector<Json>> load_all(const std::vector<std::string>& paths, std::string_view kind) {
  std::vector<Json> out;
  for (const std::string& path : paths) {
    TRY_ASSIGN(Json document, load(path, kind));
    out.push_back(std::move(document));
  }
  return out;
}

Result<Group> load_group(const FrostOptions& options) {
  TRY_ASSIGN(const Json document, load(options.group, kinds::group));
  return group_from(document);
}

Result<FinishedGroup> load_outcome(const FrostOptions& options) {
  TRY_ASSIGN(const Json document, load(options.outcome, kinds::outcome));
  return finished_from(document);
}

Result<SecretKey> load_key(const FrostOptions& options) {
  TRY_ASSIGN(const Json document, load(options.key, kinds::key));
  return open_key(document, [&options] {
    return read_passphrase(options.passphrase_file, "Passphrase of " + options.key + ": ");
  });
}

std::string dump(const Json& document) { return document.dump(2) + "\n"; }

/// The document to where it was asked for; what happened to the other stream, or as JSON.
Result<> emit(const FrostOptions& options, const Json& document, const std::string& summary,
              const Json& facts) {
  const bool to_file = options.out != "-";
  if (to_file) {
    TRY(replace_file(options.out, dump(document), Privacy::open));
  } else {
    fmt::print("{}", dump(document));
  }
  std::FILE* const stream = to_file ? stdout : stderr;
  fmt::print(stream, "{}\n", options.json ? facts.dump() : summary);
  return done();
}

Result<Exit> make_key(const FrostOptions& options) {
  if (options.out == "-") return Error{Errc::bad_option, "--out: a key needs a file"};
  TRY_ASSIGN(const SecretBytes passphrase,
             read_passphrase(options.passphrase_file, "New passphrase: "));
  const PassphraseCost cost =
      options.cost == "interactive" ? PassphraseCost::interactive : PassphraseCost::moderate;
  const Json document = new_key(options.name, passphrase.view(), cost);
  TRY(create_file(options.out, dump(document), Privacy::owner_only));
  const Json facts = {{"name", options.name}, {"key", document["key"]}};
  fmt::print("{}\n", options.json ? facts.dump() : document["key"].get<std::string>());
  return Exit::held;
}

Result<Exit> make_group(const FrostOptions& options) {
  std::vector<MemberText> members;
  for (const std::string& text : options.members) {
    TRY_ASSIGN(MemberText member, member_from(text));
    members.push_back(std::move(member));
  }
  const GroupKind kind = options.kind == "stackers" ? GroupKind::stackers : GroupKind::producers;
  TRY_ASSIGN(const Group group, new_group(members, {options.threshold, options.network, kind,
                                                    options.generation, options.attempt}));
  TRY(emit(options, to_json(group),
           fmt::format("{} members, {} slots, {} of them sign; cid {}", group.names.size(),
                       group.config.slots(), group.config.threshold(), to_hex(group.config.id())),
           {{"cid", to_hex(group.config.id())},
            {"slots", group.config.slots()},
            {"threshold", group.config.threshold()}}));
  return Exit::held;
}

/// The stored randomness, made and stored first if this is the first time.
Result<Json> state_of(const FrostOptions& options, const Group& group, const SecretKey& key) {
  if (!file_exists(options.state)) {
    const Json fresh = new_dealer_state(group, key);
    TRY(create_file(options.state, dump(fresh), Privacy::owner_only));
  }
  return load(options.state, kinds::state);
}

Result<Exit> make_dealing(const FrostOptions& options) {
  TRY_ASSIGN(const Group group, load_group(options));
  TRY_ASSIGN(const SecretKey key, load_key(options));
  TRY(group.owner(key));
  TRY_ASSIGN(const Json state, state_of(options, group, key));
  std::optional<MemberIndex> damaged;
  if (options.bad_box_of) {
    TRY_ASSIGN(damaged, group.named(*options.bad_box_of));
  }
  TRY_ASSIGN(const Json dealing, deal(group, key, state, damaged));
  const std::string from = dealing["from"];
  TRY(emit(options, dealing, from + " deals", {{"from", from}}));
  return Exit::held;
}

/// The own dealer state, if the member says it dealt.
Result<std::optional<Json>> own_state(const FrostOptions& options) {
  std::optional<Json> out;
  if (!options.state.empty()) {
    TRY_ASSIGN(out, load(options.state, kinds::state));
  }
  return out;
}

Result<Exit> make_confirmation(const FrostOptions& options) {
  TRY_ASSIGN(const Group group, load_group(options));
  TRY_ASSIGN(const SecretKey key, load_key(options));
  TRY_ASSIGN(const std::optional<Json> state, own_state(options));
  TRY_ASSIGN(const std::vector<Json> documents, load_all(options.documents, kinds::dealing));
  TRY_ASSIGN(const Dealings dealings, read_dealings(group, documents));
  TRY_ASSIGN(const Json confirmation, confirm(group, key, state ? &*state : nullptr, dealings));
  const std::string from = confirmation["from"];
  TRY(emit(options, confirmation,
           fmt::format("{} confirms {} dealings, complains about {}, refuses {}", from,
                       dealings.good.size(), confirmation["complains_about"].dump(),
                       confirmation["refuses"].dump()),
           {{"from", from},
            {"complains_about", confirmation["complains_about"]},
            {"refuses", confirmation["refuses"]}}));
  return Exit::held;
}

Result<Exit> make_complaint(const FrostOptions& options) {
  TRY_ASSIGN(const Group group, load_group(options));
  TRY_ASSIGN(const SecretKey key, load_key(options));
  TRY_ASSIGN(const Json dealing, load(options.dealing, kinds::dealing));
  TRY_ASSIGN(const Json complaint, complain(group, key, dealing));
  const std::string from = complaint["from"];
  const std::string about = complaint["about"];
  TRY(emit(options, complaint, from + " complains about " + about,
           {{"from", from}, {"about", about}}));
  return Exit::held;
}

Result<Exit> finish_keygen(const FrostOptions& options) {
  TRY_ASSIGN(const Group group, load_group(options));
  TRY_ASSIGN(const SecretKey key, load_key(options));
  TRY_ASSIGN(const std::optional<Json> state, own_state(options));
  TRY_ASSIGN(const std::vector<Json> documents, load_all(options.documents, kinds::dealing));
  TRY_ASSIGN(const Dealings dealings, read_dealings(group, documents));
  TRY_ASSIGN(const std::vector<Json> confirmations,
             load_all(options.confirmations, kinds::confirmation));
  TRY_ASSIGN(const Finished finished,
             finish(group, key, state ? &*state : nullptr, dealings, confirmations));
  TRY(replace_file(options.shares, dump(finished.shares), Privacy::owner_only));
  std::string summary = fmt::format("key {}", finished.outcome["key"].get<std::string>());
  Json facts = {{"key", finished.outcome["key"]},
                {"share_root", finished.outcome["share_root"]},
                {"left_out", Json::object()}};
  for (const auto& [name, why] : finished.left_out) {
    summary += fmt::format("\n{} is left out: {}", name, why.message());
    facts["left_out"][name] = name_of(why.code);
  }
  TRY(emit(options, finished.outcome, summary, facts));
  return Exit::held;
}

/// A document that holds all it takes. What is said badly is refused; what is said well and proves
/// nothing is a "no".
Result<Exit> judge_alone(const FrostOptions& options) {
  TRY_ASSIGN(const Json document, load(options.dealing, kinds::fault));
  TRY_ASSIGN(const FaultClaim claim, fault_from(document));
  const Result<crypto::Verdict> verdict = judge_fault(claim);
  const auto is_no = [](Errc code) {
    return code == Errc::no_fault_shown || code == Errc::fault_unsigned ||
           code == Errc::equivocation_not_proven;
  };
  if (!verdict.ok() && !is_no(verdict.code())) return verdict.error();
  const std::string set = to_hex(claim.set.hash(claim.network));
  const Json facts = {{"proven", verdict.ok()},
                      {"accused", to_hex(claim.accused)},
                      {"reason", name_of(verdict.ok() ? verdict->reason : verdict.code())},
                      {"set_hash", set}};
  fmt::print("{}\n", options.json   ? facts.dump()
                     : verdict.ok() ? fmt::format("{} is guilty: {}\nof the set {}",
                                                  to_hex(claim.accused),
                                                  text_of(verdict->reason), set)
                                    : "not proven: " + verdict.error().message());
  return verdict.ok() ? Exit::held : Exit::failed;
}

Result<Exit> judge_complaint(const FrostOptions& options) {
  if (options.group.empty() && options.accusation.empty()) return judge_alone(options);
  if (options.group.empty() || options.accusation.empty()) {
    return Error{Errc::bad_option, "name --group, a dealing and an accusation, or a fault alone"};
  }
  TRY_ASSIGN(const Group group, load_group(options));
  TRY_ASSIGN(const Json dealing, load(options.dealing, kinds::dealing));
  TRY_ASSIGN(const std::string text, read_file(options.accusation));
  const Json accusation = Json::parse(text, nullptr, false);
  TRY_ASSIGN(const crypto::Verdict verdict, judge(group, dealing, accusation));
  const bool dealer = verdict.guilty == crypto::Verdict::Guilty::dealer;
  const std::string& name = group.name(verdict.member);
  const Json facts = {{"guilty", dealer ? "dealer" : "complainer"},
                      {"member", name},
                      {"reason", name_of(verdict.reason)}};
  const std::string_view why =
      verdict.reason == Errc::bad_complaint ? "the shares are in order" : text_of(verdict.reason);
  fmt::print("{}\n", options.json
                         ? facts.dump()
                         : fmt::format("{} is guilty, {}: {}", name,
                                       dealer ? "as dealer" : "of a false complaint", why));
  return dealer ? Exit::held : Exit::failed;
}

Result<Exit> make_nonces(const FrostOptions& options) {
  TRY_ASSIGN(const FinishedGroup group, load_outcome(options));
  TRY_ASSIGN(const SecretKey key, load_key(options));
  TRY_ASSIGN(const Json stored, load(options.shares, kinds::shares));
  TRY_ASSIGN(const crypto::PartyKey shares, open_key_shares(group, key, stored));
  TRY_ASSIGN(const NewNonces nonces, new_nonces(group, key, shares));
  TRY(create_file(options.secret, dump(nonces.secret), Privacy::owner_only));
  const std::string from = nonces.published["from"];
  TRY(emit(options, nonces.published,
           fmt::format("{} publishes {} nonces", from, crypto::nonces_per_batch),
           {{"from", from}, {"nonces", crypto::nonces_per_batch}}));
  return Exit::held;
}

Result<crypto::SigningSubject> subject_of(const FrostOptions& options, const FinishedGroup& group) {
  if (options.block.has_value() == options.sighash.has_value()) {
    return Error{Errc::bad_option, "name either --block or --sighash"};
  }
  const auto hash = fixed_from_hex<Hash256>(options.block.value_or(options.sighash.value_or("")));
  if (!hash.ok()) return Error{Errc::bad_option, "what is signed is 32 bytes in hexadecimal"};
  crypto::SigningSubject out;
  out.hash = *hash;
  if (options.block && options.bip86) return Error{Errc::bad_option, "blocks have no --bip86"};
  out.kind =
      options.block ? crypto::SigningSubject::Kind::block : crypto::SigningSubject::Kind::sighash;
  if (options.bip86) out.tweaks = {crypto::bip86_tweak(group.keys->key())};
  return out;
}

Result<Exit> make_request(const FrostOptions& options) {
  TRY_ASSIGN(const FinishedGroup group, load_outcome(options));
  TRY_ASSIGN(const crypto::SigningSubject subject, subject_of(options, group));
  TRY_ASSIGN(const std::vector<Json> nonces, load_all(options.documents, kinds::nonces));
  TRY_ASSIGN(const std::vector<Json> used, load_all(options.used, kinds::request));
  TRY_ASSIGN(const Json request, new_request(group, subject, nonces, used));
  TRY(emit(options, request, "asks " + request["asked"].dump(), {{"asked", request["asked"]}}));
  return Exit::held;
}

Result<Exit> sign_request(const FrostOptions& options) {
  TRY_ASSIGN(const FinishedGroup group, load_outcome(options));
  TRY_ASSIGN(const Json request, load(options.request, kinds::request));
  TRY_ASSIGN(const SecretKey key, load_key(options));
  TRY_ASSIGN(const Json stored, load(options.shares, kinds::shares));
  TRY_ASSIGN(const crypto::PartyKey shares, open_key_shares(group, key, stored));
  TRY_ASSIGN(const FileLock lock, FileLock::take(options.secret));
  TRY_ASSIGN(Json secret, load(options.secret, kinds::secret_nonces));
  const Persist persist = [&options](const Json& document) {
    return replace_file(options.secret, dump(document), Privacy::owner_only);
  };
  TRY_ASSIGN(const Json share, sign(group, key, shares, secret, request, persist));
  const std::string from = share["from"];
  TRY(emit(options, share, from + " signs", {{"from", from}}));
  return Exit::held;
}

Result<Exit> aggregate_shares(const FrostOptions& options) {
  TRY_ASSIGN(const FinishedGroup group, load_outcome(options));
  TRY_ASSIGN(const Json request, load(options.request, kinds::request));
  TRY_ASSIGN(const std::vector<Json> shares, load_all(options.documents, kinds::share));
  TRY_ASSIGN(const Aggregated result, aggregate(group, request, shares));
  if (!result.signature) {
    Json wrong = Json::object();
    for (const auto& [name, why] : result.wrong) {
      wrong[name] = name_of(why.code);
      fmt::print(stderr, "{} answered wrongly: {}\n", name, why.message());
    }
    if (options.json) fmt::print("{}\n", Json{{"wrong", wrong}}.dump());
    return Exit::failed;
  }
  const std::string signature = (*result.signature)["signature"];
  TRY(emit(options, *result.signature, "signature " + signature, {{"signature", signature}}));
  return Exit::held;
}

Result<Exit> verify_signature(const FrostOptions& options) {
  TRY_ASSIGN(const FinishedGroup group, load_outcome(options));
  TRY_ASSIGN(const Json signature, load(options.document, kinds::signature));
  std::optional<Hash256> expected;
  if (options.block || options.sighash) {
    const std::string text = options.block ? *options.block : *options.sighash;
    const auto hash = fixed_from_hex<Hash256>(text);
    if (!hash.ok()) return Error{Errc::bad_option, "what is signed is 32 bytes in hexadecimal"};
    expected = *hash;
  }
  const Result<> verdict = verify(group, signature, expected);
  const Json facts = {{"valid", verdict.ok()},
                      {"signers", signature.value("signers", Json())},
                      {"reason", verdict.ok() ? "" : verdict.error().message()}};
  fmt::print("{}\n", options.json   ? facts.dump()
                     : verdict.ok() ? "valid, by " + facts["signers"].dump()
                                    : "not valid: " + verdict.error().message());
  return verdict.ok() ? Exit::held : Exit::failed;
}

/// A document without its long and its encrypted fields.
Json without_bulk(const Json& document) {
  constexpr std::size_t longest = 140;
  Json out = Json::object();
  for (const auto& [name, value] : document.items()) {
    const bool is_bulk = value.is_string() && value.get_ref<const std::string&>().size() > longest;
    out[name] =
        is_bulk ? Json(fmt::format("{} bytes", value.get<std::string>().size() / 2)) : value;
  }
  return out;
}

Result<Exit> inspect(const FrostOptions& options) {
  TRY_ASSIGN(const std::string text, read_file(options.document));
  const Json document = Json::parse(text, nullptr, false);
  TRY(kind_of(document, options.document));
  fmt::print("{}", dump(without_bulk(document)));
  return Exit::held;
}

using Run = Result<Exit> (*)(const FrostOptions&);
struct Verb {
  const char* name;
  Run run;
};

/// In the order of FrostVerb.
constexpr Verb verbs[] = {{"keygen key", make_key},
                          {"keygen group", make_group},
                          {"keygen deal", make_dealing},
                          {"keygen confirm", make_confirmation},
                          {"keygen complain", make_complaint},
                          {"keygen finish", finish_keygen},
                          {"judge", judge_complaint},
                          {"nonces", make_nonces},
                          {"request", make_request},
                          {"sign", sign_request},
                          {"aggregate", aggregate_shares},
                          {"verify", verify_signature},
                          {"inspect", inspect}};

/// What somebody can do about a refusal.
std::string advice_for(Errc code) {
  switch (code) {
    case Errc::passphrase_wrong:
      return "Is it the passphrase this key was made with?";
    case Errc::passphrase_missing:
    case Errc::bad_option:
      return "Try --help.";
    case Errc::file_exists:
      return "Name a new file; secrets are never overwritten.";
    case Errc::file_in_use:
      return "Wait until the other process has ended.";
    case Errc::nonce_used:
      return "Ask the coordinator for a new request (--used with this one).";
    case Errc::unknown_nonce:
      return "Publish nonces made by 'quorate frost nonces' first.";
    case Errc::document_of_other_kind:
    case Errc::document_malformed:
      return "See what a file holds: quorate frost inspect FILE.";
    case Errc::document_of_other_group:
      return "Take all documents of one cid and key.";
    case Errc::below_threshold:
      return "Wait for more members.";
    case Errc::unreadable_box:
      return "Is it the key of the member this file belongs to?";
    default:
      return "";
  }
}

Exit refuse(const char* verb, const Error& error) {
  fmt::print(stderr, "quorate frost {}: {}\n", verb, error.message());
  const std::string advice = advice_for(error.code);
  if (!advice.empty()) fmt::print(stderr, "{}\n", advice);
  const bool is_usage = error.code == Errc::bad_option || error.code == Errc::passphrase_missing;
  return is_usage ? Exit::usage : Exit::refused_input;
}

}  // namespace

Exit run_frost(FrostVerb verb, const FrostOptions& options) {
  const Verb& chosen = verbs[static_cast<std::size_t>(verb)];
  const Result<Exit> result = chosen.run(options);
  return result.ok() ? *result : refuse(chosen.name, result.error());
}

}  // namespace quorate::cli
