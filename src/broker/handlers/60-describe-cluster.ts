/** DescribeCluster: which cluster this is and who belongs to it. (AuthHelper.computeDescribeClusterResponse.) */
import { kafkaErrorCodes, type KafkaErrorName } from '../../protocol/error-code.ts';
import type { ResponseInputOf } from '../../protocol/api.ts';
import { describeCluster } from '../../protocol/apis/60-describe-cluster.ts';
import { type Call, defineHandler } from '../handler.ts';

type Response = ResponseInputOf<typeof describeCluster>;

const BROKERS = 1;
const CONTROLLERS = 2;

export const describeClusterHandler = defineHandler({
  api: describeCluster,
  versions: '0-2',
  handle({ endpointType, includeClusterAuthorizedOperations }, call) {
    const { broker, session, access } = call;
    if (endpointType === CONTROLLERS) {
      const message =
        'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER';
      return refused(call, 'MISMATCHED_ENDPOINT_TYPE', message);
    }
    if (endpointType !== BROKERS)
      return refused(call, 'UNSUPPORTED_ENDPOINT_TYPE', `Unsupported endpoint type ${endpointType}`);
    return {
      errorCode: kafkaErrorCodes.NONE,
      errorMessage: null,
      clusterId: broker.clusterId,
      controllerId: broker.nodeId,
      brokers: [{ brokerId: broker.nodeId, ...broker.advertised(session.listener), isFenced: false }],
      ...(includeClusterAuthorizedOperations && { clusterAuthorizedOperations: access.clusterOperations() }),
    };
  },
});

/** Version 0 does not know the errors of endpoint types. */
function refused({ version }: Call, why: KafkaErrorName, errorMessage: string): Response {
  const errorCode = kafkaErrorCodes[version === 0 ? 'INVALID_REQUEST' : why];
  return { errorCode, errorMessage, clusterId: '', brokers: [] };
}
