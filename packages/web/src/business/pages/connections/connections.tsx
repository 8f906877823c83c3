// How the organisation is connected: API users, push addresses, and a first call to copy.

import { useQuery } from '@tanstack/react-query';
import { ask } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Failure, PageTitle, SkeletonRows } from '../../../ui/parts.tsx';
import { useOrganisation } from '../../desk.tsx';
import { ApiUsers } from './api-users.tsx';
import { FirstCallSection } from './first-call-section.tsx';
import { PushAddresses } from './push-addresses.tsx';
import './connections.css';

export function Connections() {
  const { t } = useText();
  const organisation = useOrganisation();
  const users = useQuery({
    queryKey: ['organisation', organisation, 'api-users'],
    queryFn: ({ signal }) => ask('GET /organisations/:organisation/api-users', { params: { organisation }, signal }),
  });
  return (
    <>
      <PageTitle>{t.connections.title}</PageTitle>
      <p className="connections__lead">{t.connections.lead}</p>
      {users.error !== null && users.data === undefined ? (
        <Failure error={users.error} again={() => void users.refetch()} />
      ) : users.data === undefined ? (
        <SkeletonRows rows={8} />
      ) : (
        <>
          <ApiUsers answer={users.data} />
          <PushAddresses />
          <FirstCallSection users={users.data.users.filter(({ enabled }) => enabled)} />
        </>
      )}
    </>
  );
}
