import { isApiError, type ApiError } from '../apiError.ts';
import { ClusterApi } from '../client.ts';
import type { Expiry } from '../credentials.ts';
import { missing, note, ok, wrong, type Finding } from '../finding.ts';

const WHAT = 'API server';
/** Credentials that end within a week are told of. */
const SOON_MS = 7 * 24 * 3600 * 1000;

const REFUSED =
  'nothing listens there: start the API server, or correct the address in the kubeconfig';
const UNREACHABLE =
  'it cannot be reached from here: look at the address in the kubeconfig, at VPN and firewall';
const UNKNOWN_NAME =
  'no machine of that name can be found: correct the address in the kubeconfig, or look at DNS';
const EXPIRED =
  'its certificate has expired: renew it there (with kubeadm: `kubeadm certs renew all`)';
const UNTRUSTED =
  'its certificate is signed by nobody whom the kubeconfig trusts: correct certificate-authority-data there';
const OTHER_NAME =
  'its certificate is for other names: use one of them as the address in the kubeconfig, or set tls-server-name there';
const NO_TLS = "it does not speak TLS: the address in the kubeconfig is another service's";

/** What to do about a connection that could not be made, by the code of its error. */
const CONNECTION: Readonly<Record<string, string>> = {
  ECONNREFUSED: REFUSED,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
  UND_ERR_CONNECT_TIMEOUT: UNREACHABLE,
  ENOTFOUND: UNKNOWN_NAME,
  EAI_AGAIN: UNKNOWN_NAME,
  CERT_HAS_EXPIRED: EXPIRED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  CERT_SIGNATURE_FAILURE: UNTRUSTED,
  ERR_TLS_CERT_ALTNAME_INVALID: OTHER_NAME,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  EPROTO: NO_TLS
};

/** The client of the configured cluster, or why there is none. */
export function connect(options: { kubeconfig?: string; context?: string }): ClusterApi | Finding {
  try {
    return ClusterApi.connect(options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const [line = ''] = message.split('\n');
    switch (code) {
      case 'ENOENT':
        return missing(
          'kubeconfig',
          `${options.kubeconfig ?? line} is not there: set cluster.kubeconfig to one that is`
        );
      case 'EACCES':
        return wrong('kubeconfig', `${options.kubeconfig ?? line} may not be read by this user`);
      default:
        return wrong('kubeconfig', `${options.kubeconfig ?? 'what was found'}: ${line}`);
    }
  }
}

/** Whether the API server answers and takes the credentials. Nothing else can be looked at where one of these is a fault. */
export async function examineConnection(api: ClusterApi): Promise<Finding[]> {
  const began = performance.now();
  try {
    const expires = await api.expires();
    const { gitVersion } = await api.get<{ gitVersion?: string }>('/version');
    const took = Math.round(performance.now() - began);
    const name = await whoami(api);
    return [
      ok(
        WHAT,
        `${api.server}, Kubernetes ${gitVersion ?? 'of no known version'}, answered in ${took} ms`
      ),
      credentials(name ?? api.user ?? 'nobody', expires)
    ];
  } catch (error) {
    if (!isApiError(error)) {
      throw error;
    }
    return [await faultOf(api, error)];
  }
}

function credentials(name: string, expires: Expiry | undefined): Finding {
  if (expires === undefined || expires.token || expires.at.getTime() - Date.now() > SOON_MS) {
    return ok('credentials', `those of ${name}`);
  }
  return note(
    'credentials',
    `those of ${name} are valid until ${expires.at.toISOString()} only: renew them in time`
  );
}

/** Who the credentials are, in the server's words. */
async function whoami(api: ClusterApi): Promise<string | undefined> {
  try {
    const { status } = await api.post<{ status?: { userInfo?: { username?: string } } }>(
      '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
    );
    return status?.userInfo?.username;
  } catch (error) {
    // Servers before 1.28 have no such question.
    if (isApiError(error) && (error.notFound || error.forbidden)) {
      return undefined;
    }
    throw error;
  }
}

async function faultOf(api: ClusterApi, error: ApiError): Promise<Finding> {
  if (error.status === 401 || error.forbidden || api.user === undefined) {
    return wrong('credentials', await refusal(api));
  }
  if (error.status > 0) {
    return wrong(WHAT, `${api.server} answered with ${error.status}: ${error.message}`);
  }
  const why = CONNECTION[error.reason];
  return wrong(
    WHAT,
    `${api.server}: ${why ?? error.message}${why === undefined ? '' : ` (${error.message})`}`
  );
}

async function refusal(api: ClusterApi): Promise<string> {
  if (api.user === undefined) {
    return `the kubeconfig has none for its context: name a user there who ${api.server} knows`;
  }
  const expires = await api.expires();
  const end = expires !== undefined && expires.at.getTime() < Date.now();
  return end
    ? `those of ${api.user} have expired at ${expires.at.toISOString()}: get new ones into the kubeconfig`
    : `${api.server} does not take those of ${api.user}: get new ones into the kubeconfig, or choose another context by cluster.context`;
}
