import { Injectable, type ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext, type GqlContextType } from '@nestjs/graphql';
import { ThrottlerGuard } from '@nestjs/throttler';
import { wxSessionOf } from '../../../src/index.js';

type RequestResponse = ReturnType<ThrottlerGuard['getRequestResponse']>;

/** Counts for each user, and for each IP address where nobody is logged in. */
@Injectable()
export class UserThrottlerGuard extends ThrottlerGuard {
  protected override async getTracker(
    request: RequestResponse['req'],
    context?: ExecutionContext,
  ): Promise<string> {
    return wxSessionOf(context ?? request)?.userId ?? super.getTracker(request);
  }

  protected override getRequestResponse(context: ExecutionContext): RequestResponse {
    return context.getType<GqlContextType>() === 'graphql'
      ? GqlExecutionContext.create(context).getContext<RequestResponse>()
      : super.getRequestResponse(context);
  }
}
