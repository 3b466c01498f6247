// One GET asks every partner at once and merges what they answer into one searchset: nginx asks, this merges.
async function opening(r) {
    const asks = [];
    for (let nth = 0; nth < r.variables.merged; nth++) asks.push(r.subrequest('/merged/' + nth));
    for (let nth = 0; nth < r.variables.other; nth++) asks.push(r.subrequest('/other/' + nth));
    const answers = await Promise.all(asks);
    const seen = {};
    const entry = [];
    for (let nth = 0; nth < answers.length; nth++) {
        const answer = answers[nth];
        if (answer.status !== 200) {
            r.return(502);
            return;
        }
        const resource = JSON.parse(answer.responseText);
        if (nth >= r.variables.merged || resource.resourceType !== 'Bundle') continue;
        (resource.entry || []).forEach((one) => {
            const key = one.fullUrl || one.resource.id && one.resource.resourceType + '/' + one.resource.id;
            // An outcome of the search has neither, and is no part of the record.
            if (!key || seen[key]) return;
            seen[key] = true;
            entry.push(one);
        });
    }
    r.headersOut['Content-Type'] = 'application/fhir+json';
    r.return(200, JSON.stringify({ resourceType: 'Bundle', type: 'searchset', total: entry.length, entry: entry }));
}

export default { opening };
